// The rows of a long table that the page holds as text: what a browser with scripts makes of a <noscript>.
(() => {
  "use strict";
  const START = '<tr data-slug="';
  const END = "</tr>";

  /** The element whose text it is, or null where every row is in the table. */
  const block = () => document.querySelector("noscript.others");

  /** The markup of each row by its slug. Every "<" of it is the page's own: those of records are escaped, so that a row
   * ends where it says so, whatever an entry is called. */
  function pieces() {
    const found = new Map();
    for (const piece of block().textContent.split(END)) {
      const at = piece.indexOf(START);
      if (at < 0) continue;
      const from = at + START.length;
      found.set(piece.slice(from, piece.indexOf('"', from)), piece.slice(at) + END);
    }
    return found;
  }

  /** Gives an element to each of `rows` that has none yet, at the end of the table. A document made by a parser runs
   * no script. */
  function bring(view, rows) {
    const wanted = rows.filter((row) => row.element === null);
    if (wanted.length === 0) return;
    view.pieces ??= pieces();
    const markup = wanted.map((row) => view.pieces.get(row.slug)).join("");
    const parsed = new DOMParser().parseFromString(`<table>${markup}</table>`, "text/html");
    const elements = new Map([...parsed.querySelectorAll("tr[data-slug]")].map((each) => [each.dataset.slug, each]));
    for (const row of wanted) {
      row.element = elements.get(row.slug);
      LeanMed.columns.fit(view, row);
      view.pieces.delete(row.slug);
    }
    wanted[0].home.append(...wanted.map((row) => row.element));
  }

  LeanMed.rest = { block, bring };
})();
