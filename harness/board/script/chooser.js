// Which entries meet the reader's limits, which is best, and which can't be told from the best. Nothing here knows the
// page.
(() => {
  "use strict";
  const { value } = LeanMed.rows;

  /** Limits in force, each as [what it is held against, the bound in SI units, true where more is better]. */
  function limitsOf(state, known) {
    const found = Object.entries(known.limits)
      .filter(([name]) => state[name] !== null)
      .map(([name, limit]) => {
        const bound = state[name].number * LeanMed.format.SIZES[state[name].unit];
        return { figure: (row) => value(row, limit.quantity), bound, least: false };
      });
    if (state.min_auc !== null) {
      const which = state.auc_by === "lower" ? 1 : 0;
      found.push({ figure: (row) => (row.auc === null ? null : row.auc[which]), bound: state.min_auc.number, least: true });
    }
    return found;
  }

  /** True where the reader asked for anything to be chosen. */
  const asked = (state, known) => state.goal !== "" || limitsOf(state, known).length > 0;

  /** "meets", "fails" (a measured figure is over its limit) or "unmeasured". */
  function held(row, limits) {
    const figures = limits.map((limit) => ({ ...limit, found: limit.figure(row) }));
    const over = ({ found, bound, least }) => found !== null && (least ? found < bound : found > bound);
    if (figures.some(over)) return "fails";
    return figures.some((each) => each.found === null) ? "unmeasured" : "meets";
  }

  const by = (figure, sign) => (a, b) => sign * (figure(a) - figure(b));

  /** Of ranked rows those for which none of the others surely costs less; the cheapest by its mean first. */
  function leastCost(ranked, cost) {
    const dearer = (row) => ranked.some((other) => LeanMed.rows.surelyCheaper(other, row));
    const even = ranked.filter((row) => !dearer(row)).sort(by((row) => value(row, cost), 1));
    return { best: even[0] || null, even: even.slice(1), untold: [] };
  }

  /** The highest AUC, and of the others those whose difference from it is not sure. */
  function bestQuality(ranked, apart) {
    const [best = null, ...others] = ranked.filter((row) => row.auc !== null).sort(by((row) => row.auc[0], -1));
    if (best === null || apart === null) return { best, even: [], untold: [] };
    const told = others.map((row) => [row, apart(best.slug, row.slug)]);
    return {
      best,
      even: told.filter(([, sure]) => sure === false).map(([row]) => row),
      untold: told.filter(([, sure]) => sure === null).map(([row]) => row),
    };
  }

  /** A function that says of two slugs whether their AUCs differ surely (null: not computed); null without pairs. */
  function apartOf(pairs) {
    if (pairs === null) return null;
    const key = (slugs) => [...slugs].sort().join(" ");
    const known = new Map(pairs.pairs.map((pair) => [key(pair.entries), pair.apart]));
    return (...slugs) => (known.has(key(slugs)) ? known.get(key(slugs)) : null);
  }

  /**
   * The choice among `rows` (those that the filters leave). Only ranked rows are chosen from; with `state.unproven` also
   * provisional ones, which no test compares with the best.
   */
  function choose(rows, state, known, cost, apart) {
    const limits = limitsOf(state, known);
    const goal = state.goal === "" ? "cost" : state.goal;
    const standing = rows.map((row) => [row, held(row, limits)]);
    const within = (status, answer) =>
      standing.filter(([row, found]) => row.status === status && found === answer).map(([row]) => row);
    const ranked = within("ranked", "meets");
    const provisional = within("provisional", "meets");
    const missing = within("ranked", "unmeasured").length + (state.unproven ? within("provisional", "unmeasured").length : 0);
    const found = goal === "cost" ? leastCost(ranked, cost) : bestQuality(ranked, apart);
    const untested = state.unproven ? provisional : [];
    const figure = goal === "cost" ? (row) => value(row, cost) : (row) => (row.auc === null ? null : -row.auc[0]);
    const measured = untested.filter((row) => figure(row) !== null).sort(by(figure, 1));
    return {
      goal, ...found, untested,
      likely: found.best === null ? measured[0] || null : null,
      meeting: [...ranked, ...untested],
      ranked: ranked.length,
      unproven: state.unproven ? 0 : provisional.length,
      unmeasured: missing,
      all: rows.length,
      limited: limits.length > 0,
      computed: goal === "cost" || apart !== null,
    };
  }

  LeanMed.chooser = { asked, choose, apartOf };
})();
