"use strict";
// The page is whole without this script. It adds two conveniences: sorting a table by a column, and opening the entry
// that the address names (browsers that know the rule for fragments inside a closed box do that by themselves).

function openNamed() {
  const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!named) return;
  for (let box = named.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  const summary = named.closest("details")?.querySelector("summary");
  if (summary) {
    summary.scrollIntoView();
    summary.focus({ preventScroll: true });
  }
}

function valueOf(row, column) {
  const text = row.cells[column].dataset.value;
  return text === undefined ? null : Number(text);
}

function sortBy(table, head, direction) {
  const body = table.tBodies[0];
  const column = Number(head.dataset.column);
  const sign = direction === "ascending" ? 1 : -1;
  const rows = Array.from(body.rows);
  rows.sort((a, b) => {
    const [x, y] = [valueOf(a, column), valueOf(b, column)];
    // A figure that is not there is neither good nor bad: it goes last, whichever way the column is sorted.
    if (x === null || y === null) return (x === null) - (y === null);
    return sign * (x - y);
  });
  for (const other of table.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", direction);
  body.append(...rows);
}

function makeSortable(table) {
  for (const head of table.querySelectorAll("th[data-sort]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.title = "Sort by this column. Sorted is not ranked.";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const opposite = { ascending: "descending", descending: "ascending" };
      sortBy(table, head, opposite[head.getAttribute("aria-sort")] ?? head.dataset.sort);
    });
  }
}

for (const table of document.querySelectorAll("table.overview")) makeSortable(table);
addEventListener("hashchange", openNamed);
openNamed();
