// What the admin's forms and lists leave unnamed, in English, or folded away.
// A deferred script and not a module: the editors' import map must come before any module, and
// this must listen before the first editor is ready.
{
  const name = (label) => label?.textContent.trim().replace(/:$/, "") ?? "";

  // An error must be seen, whatever section it is in.
  for (const error of document.querySelectorAll("details .errorlist")) {
    error.closest("details").open = true;
  }

  // A date and a time share a label that belongs to neither.
  for (const input of document.querySelectorAll(".datetime input")) {
    const label = input.closest(".flex-container").querySelector("label");
    input.ariaLabel = `${name(label)}, ${input.matches(".vDateField") ? "datum" : "tijd"}`;
  }

  // In a list that can be changed the column's title is all there is.
  for (const input of document.querySelectorAll("#result_list td :is(input, select):not([aria-label])")) {
    const cell = input.closest("td");
    const row = cell.parentElement;
    const column = document.querySelectorAll("#result_list th[scope=col] .text")[cell.cellIndex];
    input.ariaLabel = `${name(column)}, ${name(row.querySelector("th"))}`;
  }

  const yesOrNo = { True: "Ja", False: "Nee", None: "Onbekend" };
  for (const icon of document.querySelectorAll("#result_list img, .readonly img")) {
    icon.alt = yesOrNo[icon.alt] ?? icon.alt;
  }

  // The lists to choose from are made when the page has loaded, by a listener before this one.
  addEventListener("load", () => {
    for (const icon of document.querySelectorAll(".help-tooltip[aria-label]")) icon.role = "img";
  });

  // The editors' buttons bring no translation; ours stand in locale/.
  const translate = (editor) => {
    for (const button of editor.querySelectorAll(".prose-menubar button[title]")) {
      const dutch = gettext(button.title);
      if (dutch !== button.title) button.title = button.ariaLabel = dutch;
    }
    for (const option of editor.querySelectorAll(".prose-menubar__option > *")) {
      const dutch = gettext(option.textContent);
      if (dutch !== option.textContent) option.textContent = dutch;
    }
  };

  // Also for blocks that are added later. The buttons come, and change, after the text.
  document.addEventListener("prose-editor:ready", ({ detail: { editor, textarea } }) => {
    editor.view.dom.ariaLabel = name(textarea.labels[0]);
    const observer = new MutationObserver(() => translate(textarea.parentElement));
    observer.observe(textarea.parentElement, { childList: true, subtree: true });
  });
}
