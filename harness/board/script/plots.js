// Points of entries that the table's filter took away are dimmed in the plots, not removed: the front stays what it is.
(() => {
  "use strict";

  const points = new Map();
  for (const point of document.querySelectorAll("svg.pareto g[data-slug]")) {
    const { slug } = point.dataset;
    points.set(slug, [...(points.get(slug) ?? []), point]);
  }
  const rows = [...document.querySelectorAll("table.overview tbody tr[data-slug]")];

  function follow(row) {
    for (const point of points.get(row.dataset.slug) ?? []) point.toggleAttribute("data-dimmed", row.hidden);
  }

  const watcher = new MutationObserver((changes) => changes.forEach(({ target }) => follow(target)));
  for (const row of rows) {
    if (points.has(row.dataset.slug)) watcher.observe(row, { attributes: true, attributeFilter: ["hidden"] });
  }
  rows.filter((row) => row.hidden).forEach(follow);
})();
