// Figures in the reader's units and against the reader's baseline, from the data block. What Python wrote is kept and
// comes back with the usual choice.
(() => {
  "use strict";
  const { make, say } = LeanMed;
  const written = new WeakMap();
  const STEPS = [1.1, 1.5];

  /** The unit that the reader wants for a column of this SI unit, "" for the one that reads best. */
  function wanted(unit, state) {
    return unit === "J" ? state.energy : unit === "s" ? state.time : "";
  }

  const baseName = (base) => LeanMed.words.baselines[base];

  /** Why an entry has no ratio in a column, or null where it has one or needs none. */
  function whyNone(row, column, base) {
    if (LeanMed.rows.ratio(row, column, base) !== null || isBaseline(row, base)) return null;
    return row.ratios[base].entry === null
      ? say("script", "no_baseline", { base: baseName(base), model: row.model })
      : say("script", "no_ratio");
  }

  const isBaseline = (row, base) => row.ratios[base].entry === row.slug;

  /** As harness/board/tints.py: "cheaper" or "dearer" where the whole interval says so, with a step for its size. */
  function tint([value, lower, upper]) {
    if (lower === null || (lower <= 1 && upper >= 1)) return "same";
    const size = Math.max(value, 1 / value);
    const step = 1 + STEPS.filter((each) => size >= each).length;
    return (upper < 1 ? "cheaper" : "dearer") + (step > 1 ? ` step-${step}` : "");
  }

  /** The interval of a ratio, "" where there is none. */
  function between([value, lower, upper]) {
    if (lower === null) return "";
    const digits = LeanMed.format.digits([value, lower, upper]);
    const end = (each) => LeanMed.format.fixed(each, digits);
    return `${end(lower)} ${say("script", "to")} ${end(upper)}`;
  }

  const times = (found) => `\u00d7 ${LeanMed.format.fixed(found[0], LeanMed.format.digits(found))}`;

  function ratioNode(row, column, base) {
    const found = LeanMed.rows.ratio(row, column, base);
    if (found !== null) {
      const node = make("span", { class: `ratio ${tint(found)}` }, `${times(found)} `);
      if (found[1] !== null) node.append(make("span", { class: "interval" }, between(found)));
      return node;
    }
    if (LeanMed.rows.value(row, column) === null) return null;
    if (isBaseline(row, base)) return make("span", { class: "ratio none" }, say("script", "is_baseline"));
    const why = whyNone(row, column, base);
    return make("span", { class: "ratio none", title: why },
      make("span", { "aria-hidden": "true" }, "\u2014"), make("span", { class: "unseen" }, why));
  }

  /** The parts of a cell as Python wrote them. */
  function original(cell) {
    if (!written.has(cell)) {
      const [main, ratio] = [".main", ".ratio"].map((each) => cell.querySelector(each));
      written.set(cell, { main, ratio, marks: [...cell.querySelectorAll(":scope > sup")] });
    }
    return written.get(cell);
  }

  function put(cell, selector, node, after) {
    const old = cell.querySelector(selector);
    if (old === node) return;
    if (old === null) {
      if (after === null) cell.append(node);
      else after.after(" ", node);
    } else if (node === null) old.remove();
    else old.replaceWith(node);
  }

  function drawCell(row, cell, column, state, usualBase) {
    const before = original(cell);
    const unit = wanted(column.unit, state);
    const value = LeanMed.rows.value(row, column.name);
    if (value === null || before.main === null) return;
    const main = unit === ""
      ? before.main
      : make("span", { class: "main" }, LeanMed.format.text(value, column.unit, unit));
    put(cell, ".main", main, null);
    const asWritten = state.base === usualBase && (state.show !== "ratio" || before.ratio !== null);
    // A mark beside a ratio leads to a note on that ratio.
    for (const mark of before.marks) mark.hidden = !asWritten;
    const ratio = asWritten ? before.ratio : ratioNode(row, column.name, state.base);
    put(cell, ".ratio", ratio, main);
    main.hidden = state.show === "ratio" && ratio !== null;
  }

  /** The legend of the tints names the baseline that ratios are to. */
  function nameBaseline(base, usual) {
    const text = document.querySelector(".legend .ratios")?.firstChild;
    if (!text) return;
    if (!written.has(text)) written.set(text, text.data);
    text.data = base === usual ? written.get(text) : say("script", "legend", { base: baseName(base) });
  }

  /** Redraws those cells of the shown columns, in the drawn rows, that are not as `state` wants them. */
  function draw(view, state, rows) {
    view.table.dataset.show = state.show;
    const usual = view.known.bases[0];
    nameBaseline(state.base, usual);
    const untouched = [usual, "", false].join();
    for (const name of LeanMed.columns.shown(view, state)) {
      const column = view.byName.get(name);
      if (column.unit === null) continue;
      const related = view.related.has(name);
      const draws = related ? state : { ...state, base: usual, show: "both" };
      const look = [draws.base, wanted(column.unit, state), draws.show === "ratio"].join();
      for (const row of rows) {
        if ((row.looks.get(name) || untouched) === look) continue;
        const cell = LeanMed.page.cell(row, name);
        if (cell !== null) drawCell(row, cell, column, draws, usual);
        row.looks.set(name, look);
      }
    }
  }

  /** Models of the table that have no such baseline. */
  const modelsWithout = (view, base) =>
    [...new Set(view.rows.filter((row) => row.ratios[base].entry === null).map((row) => row.model))].sort();

  LeanMed.cells = { draw, wanted, between, times, tint, whyNone, isBaseline, modelsWithout, baseName };
})();
