// Marks, in the contents list beside an article, the part that is being read.
const list = document.querySelector(".contents");
const links = [...(list?.querySelectorAll("a") ?? [])];
const targets = links.map((link) => document.getElementById(link.hash.slice(1))).filter(Boolean);

function mark() {
  const passed = targets.filter((target) => target.getBoundingClientRect().top < innerHeight / 3);
  const current = passed.at(-1)?.id;
  for (const link of links) {
    if (link.hash.slice(1) !== current) {
      link.removeAttribute("aria-current");
    } else if (!link.hasAttribute("aria-current")) {
      link.setAttribute("aria-current", "location");
      // Who goes through the list by keyboard scrolls it already.
      if (!list.querySelector(":focus-visible")) {
        list.scrollTop = link.offsetTop - list.clientHeight / 2;
      }
    }
  }
}

// A target counts as passed from the upper third of the screen on, however far up it is by now.
const observer = new IntersectionObserver(mark, { rootMargin: "1000000px 0px -67% 0px" });
targets.forEach((target) => observer.observe(target));
