// A box in each row, and the link that compares the chosen entries.
(() => {
  "use strict";
  const { make, say } = LeanMed;

  /** Adds the boxes. `changed` is called with the slugs of the chosen entries, in the order of the table. */
  function prepare(view, changed) {
    const lines = view.table.tHead.rows;
    const label = make("span", { class: "unseen" }, say("script", "select"));
    lines[0].prepend(make("th", { class: "select", rowspan: lines.length, scope: "col" }, label));
    view.boxes = new Map();
    view.table.addEventListener("change", (event) => {
      if (event.target.closest("td.select") === null) return;
      const chosen = new Set(view.chosen);
      for (const [slug, box] of view.boxes) {
        if (box.checked) chosen.add(slug);
        else chosen.delete(slug);
      }
      changed(view.known.slugs.filter((slug) => chosen.has(slug)));
    });
  }

  /** The box of a row, made when the row is first drawn. */
  function add(view, row) {
    const box = make("input", { type: "checkbox", "aria-label": say("script", "select_entry", { name: row.name }) });
    view.boxes.set(row.slug, box);
    row.element.prepend(make("td", { class: "select" }, box));
  }

  function draw(view, state, rows) {
    for (const row of rows) if (!view.boxes.has(row.slug)) add(view, row);
    view.chosen = state.entries;
    const chosen = new Set(state.entries);
    for (const [slug, box] of view.boxes) if (box.checked !== chosen.has(slug)) box.checked = chosen.has(slug);
    const link = view.form.querySelector("a.compare");
    const count = state.entries.length;
    link.hidden = count === 0;
    link.textContent = say("script", "compare", { count });
    if (count > 1) link.href = `${view.root}compare/${view.slim.slug}.html#entries=${state.entries.join(",")}`;
    else link.removeAttribute("href");
  }

  LeanMed.select = { prepare, draw };
})();
