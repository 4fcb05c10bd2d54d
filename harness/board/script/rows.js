// Which rows are shown, and in which order. Nothing here knows the page.
(() => {
  "use strict";

  /** What a text search looks at, once for each row. */
  const haystack = (row) =>
    [row.name, row.title, row.model, row.chips]
      .concat(Object.entries(row.efficiency).map(([key, value]) => `${key.replaceAll("_", " ")} ${key} ${value}`))
      .join(" ")
      .toLowerCase();

  const hasSetting = (row, option) => {
    const at = option.indexOf(":");
    const key = option.slice(0, at);
    return Object.hasOwn(row.efficiency, key) && row.efficiency[key] === option.slice(at + 1);
  };

  /** True where the row has one of the settings; "plain" is a row that has none of those on offer. */
  const matches = (row, chosen, offered) =>
    chosen.some((option) =>
      option === "plain"
        ? !offered.some((each) => each !== "plain" && hasSetting(row, each))
        : hasSetting(row, option));

  /** A function that says of a row whether the state's filters let it pass. */
  function passes(state, known) {
    const wanted = state.search.toLowerCase().split(/\s+/).filter(Boolean);
    const among = (chosen, value) => chosen.length === 0 || chosen.includes(value);
    return (row) =>
      among(state.model, row.model) &&
      among(state.status, row.status) &&
      among(state.provenance, row.provenance) &&
      (state.efficiency.length === 0 || matches(row, state.efficiency, known.efficiency)) &&
      wanted.every((word) => row.haystack.includes(word));
  }

  const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

  /** `rows` by `keyOf`, absent keys last either way, equal ones as they were. Statuses stay apart, in the order of
   * `statuses`, unless `mix`. */
  function order(rows, keyOf, direction, statuses, mix) {
    const sign = direction === "descending" ? -1 : 1;
    const keyed = rows.map((row, index) => ({
      row, index, key: keyOf(row), part: mix ? 0 : statuses.indexOf(row.status),
    }));
    keyed.sort((a, b) => {
      if (a.part !== b.part) return a.part - b.part;
      if (a.key === null || b.key === null) return (a.key === null) - (b.key === null) || a.index - b.index;
      return sign * compare(a.key, b.key) || a.index - b.index;
    });
    return keyed.map((each) => each.row);
  }

  /** The figure of a quality or quantity, null where it was not measured. */
  function value(row, column) {
    if (column === "auc" || column === "gain") return row[column] === null ? null : row[column][0];
    return Object.hasOwn(row.values, column) ? row.values[column] : null;
  }

  /** [value, lower, upper] of a ratio, or null. */
  function ratio(row, column, base) {
    const costs = row.ratios[base].costs;
    return Object.hasOwn(costs, column) && costs[column][0] !== null ? costs[column] : null;
  }

  /** True where `row` surely costs less than `other`: the data names ranges of places in the table. */
  const surelyCheaper = (row, other) =>
    row.cheaper_than.some(([first, end]) => first <= other.place && other.place < end);

  /** What a column is sorted by: the ratio where only ratios are shown. */
  function keyOf(column, state, view) {
    if (column === "name") return (row) => row.name;
    if (column === "runs") return (row) => row.runs[0];
    if (column === "proven") return (row) => row.provenance;
    if (column === "rank") return (row) => (row.rank === null ? null : row.rank.best + row.rank.worst / 1e6);
    if (column === "verdict") {
      return (row) => view.statuses.indexOf(row.status) * 1e6 + (row.rank === null ? 0 : row.rank.best);
    }
    if (state.show === "ratio" && view.related.has(column)) {
      return (row) => {
        const itself = row.ratios[state.base].entry === row.slug && value(row, column) !== null;
        return itself ? 1 : (ratio(row, column, state.base) || [null])[0];
      };
    }
    return (row) => value(row, column);
  }

  LeanMed.rows = { haystack, passes, order, value, ratio, surelyCheaper, keyOf };
})();
