// A click on a source writes its citation where the editor's cursor last was.
const FIELDS = ".ProseMirror, textarea, input[type=text]";
const status = document.querySelector(".citations-status");
let field = null;
let range = null;

// Which fields may cite is known to the blocks; behind an editor its textarea is marked.
const isCitable = (element) =>
  element.closest(".flex-container, .form-row")?.querySelector("[data-citable]") != null;

document.addEventListener("focusin", (event) => {
  field = event.target.closest?.(FIELDS) ?? field;
});

document.addEventListener("selectionchange", () => {
  const selection = document.getSelection();
  if (selection.rangeCount && field?.isContentEditable && field.contains(selection.anchorNode)) {
    range = selection.getRangeAt(0).cloneRange();
  }
});

// Keep the cursor where it is: a button that takes the focus would lose it.
document.querySelector(".citations").addEventListener("mousedown", (event) => {
  if (event.target.closest("[data-citation]")) event.preventDefault();
});

document.querySelector(".citations").addEventListener("click", (event) => {
  const citation = event.target.closest("[data-citation]")?.dataset.citation;
  if (!citation) return;
  if (!field?.isConnected) {
    status.textContent = "Zet eerst je cursor in een tekst van het artikel.";
    return;
  }
  if (!isCitable(field)) {
    status.textContent = "In dit veld kan geen bron staan.";
    return;
  }
  field.focus();
  if (field.isContentEditable) {
    if (range && field.contains(range.startContainer)) {
      const selection = document.getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
    }
    // The one way to type into an editor as a person would, its own history included.
    document.execCommand("insertText", false, ` ${citation}`);
  } else {
    field.setRangeText(` ${citation}`, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  status.textContent = `${citation} ingevoegd.`;
});
