// Carbon: measured energy times a factor that the reader declares. Columns of their own at the end of the table,
// with factor and source in their headings; nothing sorts, ranks or chooses by them.
(() => {
  "use strict";
  const { make, say } = LeanMed;
  const JOULES = 3.6e6;

  /** The factor in g per kWh with its source, or null unless both are given. */
  function declared(state) {
    const source = state.carbon_source.trim();
    return state.carbon === null || source === "" ? null : { factor: state.carbon.number, source };
  }

  /** Grams for an entry's energy, null where the energy was not measured. */
  function grams(row, column, factor) {
    const energy = LeanMed.rows.value(row, column);
    return energy === null ? null : (energy / JOULES) * factor;
  }

  /** The shown columns of energy. */
  const sources = (view, state) =>
    LeanMed.columns.shown(view, state).map((name) => view.byName.get(name)).filter((column) => column.unit === "J");

  const how = (carbon) => say("script", "carbon_how", carbon);
  const heading = (column) => say("script", "carbon_column", { energy: LeanMed.page.title(column) });

  function cellOf(row, column, carbon) {
    const mass = grams(row, column.name, carbon.factor);
    const cell = make("td", { class: "figure declared", "data-carbon": column.name });
    if (mass !== null) cell.append(LeanMed.format.text(mass, "g"));
    else {
      cell.append(make("span", { title: say("script", "carbon_absent"), "aria-hidden": "true" }, "\u2014"),
        make("span", { class: "unseen" }, say("script", "carbon_absent")));
    }
    return cell;
  }

  function headings(view, columns, carbon) {
    const lines = [...view.table.tHead.rows];
    const last = lines[lines.length - 1];
    const spanning = lines.length > 1;
    if (spanning) {
      const group = make("th", { scope: "colgroup", colspan: columns.length, class: "declared" }, say("script", "carbon_group"));
      lines[0].append(group);
    }
    for (const column of columns) {
      last.append(make("th", { scope: "col", class: "figure declared", "data-carbon": column.name },
        heading(column), " ", make("span", { class: "interval" }, how(carbon))));
    }
  }

  /** Adds, changes or takes away the columns. */
  function draw(view, state) {
    const carbon = declared(state);
    const columns = carbon === null ? [] : sources(view, state);
    const none = JSON.stringify([null, []]);
    const key = JSON.stringify([carbon, columns.map((column) => column.name)]);
    if (key !== (view.carbon || none)) {
      view.carbon = key;
      for (const old of view.table.querySelectorAll(".declared")) old.remove();
      if (columns.length > 0) headings(view, columns, carbon);
    }
    // Rows of a long table come one by one.
    for (const row of view.rows) {
      if (row.element === null || (row.carbon || none) === key) continue;
      row.carbon = key;
      row.element.append(...columns.map((column) => cellOf(row, column, carbon)));
    }
  }

  LeanMed.carbon = { declared, grams, sources, heading, how, draw };
})();
