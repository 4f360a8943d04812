"""What can be said of any page by looking at it."""

from axe_playwright_python.sync_playwright import Axe


def violations(page):
    """What axe finds: the rule, and the elements that break it."""
    # Without preload: axe would fetch style sheets, which the policy of the admin forbids.
    found = Axe().run(page, options={"preload": False}).response["violations"]
    return [(v["id"], [node["html"] for node in v["nodes"]]) for v in found]


def overflows(page, width):
    """Whether something makes the page wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth") > width


def small_targets(page):
    """What to press is lower than 44 px, but for links in running text, which WCAG excepts."""
    return page.evaluate(
        """() => [...document.querySelectorAll(
                "button, summary, nav a, .button, .bar a, .choice label, input:not(.choice input)")]
            .filter((e) => e.checkVisibility() && !e.closest(".breadcrumbs"))
            .map((e) => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
            .filter(([, box]) => box.width > 1 && box.height < 43.5)
            .map(([html, box]) => `${Math.round(box.height)} px: ${html}`)"""
    )
