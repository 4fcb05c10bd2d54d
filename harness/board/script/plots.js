// Points of entries that the table's filter took away are dimmed in the plots, not removed: the front stays what it is.
(() => {
  "use strict";
  const points = [...document.querySelectorAll("svg.pareto g[data-slug]")];

  /** Dims every point but those of the entries with these slugs. */
  function follow(slugs) {
    for (const point of points) point.toggleAttribute("data-dimmed", !slugs.has(point.dataset.slug));
  }

  LeanMed.plots = { follow };
})();
