// The table as it stands in the page, read once: headings, rows, cells, and what can be chosen among them.
(() => {
  "use strict";

  /** The first of a figure's columns, `{name, group, heading, unit, first}`, or one that holds no figure. */
  function describe(name, columns) {
    const found = columns.find((column) => column.name === name);
    if (found !== undefined) return found;
    const heading = LeanMed.words.extra[name] || name;
    return { name, group: "", heading, unit: null, first: name === "runs" ? "descending" : "ascending" };
  }

  /** A heading that spans a group of columns, by the group's name. */
  function groupsOf(table) {
    const heads = [...table.querySelectorAll('thead th[scope="colgroup"]')];
    return new Map(heads.map((head) => [head.dataset.group || head.textContent.trim(), head]));
  }

  /** Rows of the data block in its order, with their elements. One of a long table may have none yet: null. */
  function rowsOf(table, slim) {
    const elements = new Map([...table.querySelectorAll("tbody tr[data-slug]")].map((each) => [each.dataset.slug, each]));
    const cut = LeanMed.rest.block() !== null;
    const placed = slim.rows.map((row, place) => ({ ...row, place }));
    return placed.filter((row) => cut || elements.has(row.slug)).map((row) => {
      const element = elements.get(row.slug) ?? null;
      const home = element === null ? table.tBodies[0] : element.parentNode;
      return { ...row, element, looks: new Map(), home, haystack: LeanMed.rows.haystack(row) };
    });
  }

  /** The values of the form's boxes of one name. */
  const offered = (form, name) =>
    [...form.querySelectorAll(`input[type="checkbox"][name="${name}"]`)].map((box) => box.value);

  function limitsOf(form) {
    const limits = {};
    for (const input of form.querySelectorAll("input[data-quantity]")) {
      const choice = form.elements[`${input.name}_unit`];
      const units = choice
        ? [...choice.options].map((option) => option.value)
        : [form.querySelector(`[data-unit="${input.name}"]`).textContent];
      limits[input.name] = { quantity: input.dataset.quantity, units, label: input.labels[0].textContent.trim() };
    }
    return limits;
  }

  /** Everything about the view that does not change. */
  function read(form, table) {
    const slim = LeanMed.data("table");
    const described = LeanMed.data("columns");
    const heads = new Map([...table.querySelectorAll("thead th[data-column]")].map((head) => [head.dataset.column, head]));
    const columns = [...heads.keys()].map((name) => describe(name, described));
    const rows = rowsOf(table, slim);
    const { statuses, baselines: bases } = LeanMed.data("orders");
    // Of costs there are ratios: of what is measured and better the less there is of it.
    const costs = columns.filter((column) => column.unit !== null && column.first === "ascending");
    const related = new Set(costs.map((column) => column.name));
    const optional = columns.map((column) => column.name).filter((name) => name !== "name");
    const view = {
      form, table, slim, heads, columns, rows, related, statuses,
      groups: groupsOf(table),
      byName: new Map(columns.map((column) => [column.name, column])),
      bySlug: new Map(rows.map((row) => [row.slug, row])),
      empty: LeanMed.data("empty"),
      usual: optional.filter((name) => !heads.get(name).hidden),
      root: form.dataset.root || "",
    };
    view.known = {
      model: offered(form, "model"), status: offered(form, "status"),
      efficiency: offered(form, "efficiency"), provenance: offered(form, "provenance"),
      columns: optional, sortable: [...heads.keys()], bases,
      slugs: rows.map((row) => row.slug), limits: limitsOf(form),
    };
    return view;
  }

  /** The cell of a row that has an element in a column. */
  const cell = (row, column) => row.element.querySelector(`:scope > [data-column="${column}"]`);

  /** What a column is called outside its group: "Energy GPU". */
  function title(column) {
    return column.group === "" ? column.heading : `${column.group}: ${column.heading}`;
  }

  LeanMed.page = { read, cell, title };
})();
