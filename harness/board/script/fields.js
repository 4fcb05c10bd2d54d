// What is shown, as plain data: the shown columns, each of several fields, for the shown rows in their order. All
// exports are made of this.
(() => {
  "use strict";
  const { say } = LeanMed;

  /** A field: key for JSON, heading for CSV, and its value for a row (text, number or null). */
  const field = (key, heading, of) => ({ key, heading, of });

  const settings = (row) =>
    Object.entries(row.efficiency).map(([key, value]) => `${key.replaceAll("_", " ")} ${value}`).join(", ");
  function ranks(row) {
    if (row.rank === null) return null;
    const { best, worst } = row.rank;
    return best === worst ? String(best) : `${best}\u2013${worst}`;
  }

  const FIXED = {
    name: () => [
      field("name", say("script", "name"), (row) => row.name),
      field("title", say("script", "title"), (row) => row.title),
      field("model", say("script", "model"), (row) => row.model),
      field("efficiency", say("script", "efficiency"), settings),
    ],
    rank: () => [field("rank", say("script", "rank"), ranks)],
    verdict: () => [field("status", say("script", "status"), (row) => LeanMed.words.status[row.status])],
    runs: () => [
      field("valid_runs", say("script", "valid"), (row) => row.runs[0]),
      field("attempts", say("script", "attempts"), (row) => row.runs[1]),
    ],
    proven: () => [field("provenance", LeanMed.words.extra.proven, (row) => row.provenance)],
  };

  const end = (key, title, which, of) =>
    field(`${key}_${which === 1 ? "lower" : "upper"}`, `${title}, ${say("script", which === 1 ? "lower" : "upper")}`,
      (row) => { const found = of(row); return found === null ? null : found[which]; });
  const estimate = (key, title, of) => [
    field(key, title, (row) => { const found = of(row); return found === null ? null : found[0]; }),
    end(key, title, 1, of), end(key, title, 2, of),
  ];

  function figures(column, state, view) {
    const { name } = column;
    const title = LeanMed.page.title(column);
    if (name === "auc" || name === "gain") return estimate(name, title, (row) => row[name]);
    const unit = LeanMed.cells.wanted(column.unit, state) || column.unit;
    const found = [];
    const related = view.related.has(name);
    if (state.show !== "ratio" || !related) {
      found.push(field(name, `${title} [${unit}]`, (row) => {
        const value = LeanMed.rows.value(row, name);
        return value === null ? null : value / LeanMed.format.SIZES[unit];
      }));
    }
    if (state.show !== "value" && related) {
      const to = say("script", "ratio_to", { base: LeanMed.cells.baseName(state.base) });
      found.push(...estimate(`${name}_ratio`, `${title}, ${to}`, (row) => LeanMed.rows.ratio(row, name, state.base)));
    }
    return found;
  }

  /** The cell as a line of text, as the table shows it. */
  function text(row, column, state, view) {
    const { name } = column;
    if (name === "name") return `${row.title} (${row.name}, ${row.model})`;
    if (name === "runs") return say("script", "runs_text", { valid: row.runs[0], attempts: row.runs[1] });
    if (name === "verdict") return LeanMed.words.status[row.status];
    if (name in FIXED) return FIXED[name]()[0].of(row) ?? "\u2014";
    const value = LeanMed.rows.value(row, name);
    if (value === null) return "\u2014";
    if (name === "auc" || name === "gain") {
      const area = (each) => LeanMed.format.area(each, name === "gain");
      const [, lower, upper] = row[name];
      return lower === null ? area(value) : `${area(value)} (${area(lower)} ${say("script", "to")} ${area(upper)})`;
    }
    const related = view.related.has(name);
    const shown = [];
    if (state.show !== "ratio" || !related) {
      shown.push(LeanMed.format.text(value, column.unit, LeanMed.cells.wanted(column.unit, state)));
    }
    if (state.show !== "value" && related) shown.push(ratioText(row, name, state.base));
    return shown.join(" ");
  }

  function ratioText(row, name, base) {
    const found = LeanMed.rows.ratio(row, name, base);
    if (found === null) return LeanMed.cells.isBaseline(row, base) ? say("script", "is_baseline") : "\u2014";
    const between = LeanMed.cells.between(found);
    return LeanMed.cells.times(found) + (between === "" ? "" : ` (${between})`);
  }

  /** The columns of the view: `{name, heading, right, fields, text}` each. */
  function columns(view, state) {
    const measured = LeanMed.columns.shown(view, state).map((name) => {
      const column = view.byName.get(name);
      return {
        name, heading: LeanMed.page.title(column), right: column.unit !== null,
        fields: name in FIXED ? FIXED[name]() : figures(column, state, view),
        text: (row) => text(row, column, state, view),
      };
    });
    const carbon = LeanMed.carbon.declared(state);
    if (carbon === null) return measured;
    return measured.concat(LeanMed.carbon.sources(view, state).map((column) => {
      const grams = (row) => LeanMed.carbon.grams(row, column.name, carbon.factor);
      const heading = `${LeanMed.carbon.heading(column)}, ${LeanMed.carbon.how(carbon)}`;
      return {
        name: `declared_carbon_of_${column.name}`, heading, right: true,
        fields: [field(`declared_carbon_of_${column.name}`, `${heading} [g CO\u2082e]`, grams)],
        text: (row) => (grams(row) === null ? "\u2014" : LeanMed.format.text(grams(row), "g")),
      };
    }));
  }

  LeanMed.fields = { columns };
})();
