// CSV and JSON of exactly what is shown, with numbers in full.
(() => {
  "use strict";
  const FORMULA = /^[=+\-@\t\r]/;

  /** A cell of CSV (RFC 4180). Text that a spreadsheet would take for a formula gets an apostrophe before it. */
  function cell(value) {
    if (value === null) return "";
    if (typeof value === "number") return String(value);
    const safe = FORMULA.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  }

  /** Lines end with CR LF; the first holds the headings. */
  function csv(rows, columns) {
    const fields = columns.flatMap((column) => column.fields);
    const lines = [fields.map((field) => field.heading), ...rows.map((row) => fields.map((field) => field.of(row)))];
    return lines.map((line) => line.map(cell).join(",") + "\r\n").join("");
  }

  /** Why a shown figure is absent: the note that its dash leads to. */
  function reasons(view, row, columns) {
    const found = {};
    for (const { name } of columns) {
      const figure = view.byName.has(name) && view.byName.get(name).unit !== null;
      if (!figure || LeanMed.rows.value(row, name) !== null) continue;
      const cell = LeanMed.page.cell(row, name);
      const dash = cell === null ? null : cell.querySelector("a.absent");
      const note = dash === null ? null : document.getElementById(dash.hash.slice(1));
      if (note !== null) found[name] = note.textContent;
      else if (row.runs[0] === 0) found[name] = LeanMed.say("script", "no_valid_run");
      else found[name] = view.empty[name] || (dash !== null && dash.title) || LeanMed.say("script", "not_measured");
    }
    return found;
  }

  /** `about` says in words and in values how the table was shown. */
  function json(view, state, rows, columns, about) {
    const carbon = LeanMed.carbon.declared(state);
    const document = {
      schema: "leanmed/view/v1",
      table: view.slim.slug,
      view: about.hash,
      shown: about.text,
      baseline: state.base,
      declared_carbon: carbon === null ? null : { g_per_kWh: carbon.factor, source: carbon.source },
      columns: columns.flatMap((column) => column.fields.map(({ key, heading }) => ({ key, heading }))),
      rows: rows.map((row) => ({
        slug: row.slug,
        ...Object.fromEntries(columns.flatMap((column) => column.fields.map((field) => [field.key, field.of(row)]))),
        absent: reasons(view, row, columns),
      })),
    };
    return `${JSON.stringify(document, null, 1)}\n`;
  }

  LeanMed.export = { csv, json, cell };
})();
