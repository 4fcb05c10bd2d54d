// The rows of the long plain table that the page holds as text, until the reader asks for them.
(() => {
  "use strict";
  const { make } = LeanMed;
  const { word } = LeanMed.compareCells;
  const block = document.querySelector("noscript.others");
  const body = document.querySelector("table.against tbody");
  if (block === null || body === null) return;

  const count = LeanMed.compareData.entries.length - body.rows.length;
  const button = make("button", { type: "button" }, word("others", { count }));
  const line = make("p", { class: "acts" }, button);
  button.addEventListener("click", () => {
    // A document made by a parser runs no script.
    const parsed = new DOMParser().parseFromString(block.textContent, "text/html");
    const rows = [...parsed.querySelectorAll("tr[data-slug]")];
    body.append(...rows);
    line.remove();
    rows[0].querySelector("a").focus({ preventScroll: true });
  });
  block.before(line);
})();
