// Buttons in the headings: the column's own direction first, then the other, then the table's usual order.
(() => {
  "use strict";
  const { make, say } = LeanMed;
  const OTHER = { ascending: "descending", descending: "ascending" };

  /** The next [sort, dir] when a heading is pressed. */
  function next(state, column) {
    if (state.sort !== column.name) return [column.name, column.first];
    const now = state.dir === null ? column.first : state.dir;
    return now === column.first ? [column.name, OTHER[now]] : [null, null];
  }

  /** The direction in force for the sorted column. */
  const direction = (state, column) => (state.dir === null ? column.first : state.dir);

  /** Puts the text of each heading into a button; drawings stay beside it. */
  function prepare(view, press) {
    for (const [name, head] of view.heads) {
      const column = view.byName.get(name);
      const button = make("button", { type: "button", title: say("script", "sort_by", { what: LeanMed.page.title(column) }) });
      const texts = [...head.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE || node.tagName === "SPAN");
      if (texts.length === 0) continue;
      texts[0].before(button);
      button.append(...texts);
      button.addEventListener("click", () => press(column));
    }
  }

  function draw(view, state) {
    for (const [name, head] of view.heads) {
      if (name === state.sort) head.setAttribute("aria-sort", direction(state, view.byName.get(name)));
      else if (head.hasAttribute("aria-sort")) head.removeAttribute("aria-sort");
    }
  }

  /** All rows in the order of the state. */
  function ordered(view, state) {
    const { order, keyOf } = LeanMed.rows;
    if (state.sort === null) return view.rows;
    const column = view.byName.get(state.sort);
    return order(view.rows, keyOf(state.sort, state, view), direction(state, column), view.statuses, state.mix);
  }

  /** True where `rows` stand one after the other already, whatever hidden rows are between them. */
  const standing = (rows, mix, first) =>
    rows.every((row, index) => {
      if (mix && row.element.parentNode !== first) return false;
      const after = index === 0 ? null : rows[index - 1].element;
      return after === null || after.compareDocumentPosition(row.element) & Node.DOCUMENT_POSITION_FOLLOWING;
    });

  /** Moves the drawn rows to the top of the table in their order; the one with the focus keeps it. */
  function place(view, rows, mix) {
    if (rows.every((row) => mix || row.element.parentNode === row.home) && standing(rows, mix, view.rows[0].home)) return;
    const focused = document.activeElement;
    const first = view.rows[0].home;
    const homes = new Map();
    for (const row of rows) {
      const home = mix ? first : row.home;
      if (!homes.has(home)) homes.set(home, []);
      homes.get(home).push(row.element);
    }
    for (const [home, elements] of homes) home.prepend(...elements);
    if (focused !== document.activeElement && focused !== null) focused.focus({ preventScroll: true });
  }

  LeanMed.sorting = { next, direction, prepare, draw, ordered, place };
})();
