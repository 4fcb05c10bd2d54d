// How many times as much, paired by run number, as harness/score/ratio.py computes it; a test holds the two together.
(() => {
  "use strict";

  /** Run numbers in which both costs (number: value) are there and positive, in order. */
  function common(ours, theirs) {
    return Object.keys(ours).filter((run) => ours[run] > 0 && theirs[run] > 0).sort((a, b) => a - b);
  }

  /** { value, lower, upper, reason } of `ours` over `theirs`, each costs by run number; reason is the key of a word, or
   * null where there is an interval. `quantiles` are Student's 97.5 % for 1, 2, … degrees of freedom. */
  function paired(ours, theirs, quantiles) {
    const none = { value: null, lower: null, upper: null };
    const logs = common(ours, theirs).map((run) => Math.log(ours[run]) - Math.log(theirs[run]));
    if (logs.length === 0) return { ...none, reason: "no common cost" };
    const centre = logs.reduce((sum, each) => sum + each, 0) / logs.length;
    const value = Math.exp(centre);
    if (logs.length === 1) return { ...none, value, reason: "one pair" };
    const freedom = logs.length - 1;
    if (freedom > quantiles.length) return { ...none, value, reason: "many pairs" };
    const spread = Math.sqrt(logs.reduce((sum, each) => sum + (each - centre) ** 2, 0) / freedom);
    const half = (quantiles[freedom - 1] * spread) / Math.sqrt(logs.length);
    return { value, lower: Math.exp(centre - half), upper: Math.exp(centre + half), reason: null };
  }

  LeanMed.ratio = { paired };
})();
