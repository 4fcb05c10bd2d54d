// Which columns are shown. A group's heading spans those of its columns that are.
(() => {
  "use strict";

  /** Names of the shown columns, in the order of the table. */
  function shown(view, state) {
    const chosen = new Set(state.columns === null ? view.usual : state.columns);
    return view.columns.map((column) => column.name).filter((name) => name === "name" || chosen.has(name));
  }

  function show(view, state) {
    const chosen = new Set(shown(view, state));
    for (const [name, head] of view.heads) {
      const hidden = !chosen.has(name);
      if (head.hidden === hidden) continue;
      for (const each of view.table.tHead.querySelectorAll(`[data-column="${name}"]`)) each.hidden = hidden;
      for (const row of view.rows) {
        const cell = row.element === null ? null : LeanMed.page.cell(row, name);
        if (cell !== null) cell.hidden = hidden;
      }
    }
    for (const [group, head] of view.groups) {
      const own = view.columns.filter((column) => column.group === group);
      if (own.length === 0) continue;
      const count = own.filter((column) => chosen.has(column.name)).length;
      head.hidden = count === 0;
      if (count > 0 && head.colSpan !== count) head.colSpan = count;
    }
  }

  /** Shows of a row that is new to the table what its columns show. */
  function fit(view, row) {
    for (const cell of row.element.children) {
      const head = view.heads.get(cell.dataset.column);
      if (head !== undefined && cell.hidden !== head.hidden) cell.hidden = head.hidden;
    }
  }

  LeanMed.columns = { shown, show, fit };
})();
