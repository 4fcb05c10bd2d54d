// The cells of the comparison: a figure with its interval, or a dash with its reason.
(() => {
  "use strict";
  const { make, say, format } = LeanMed;
  const word = (key, values) => say("compare", key, values);

  const small = (...children) => make("span", { class: "interval" }, ...children);
  const figure = (kind, ...children) => make("td", { class: `figure ${kind}` }, ...children);
  const words = (...children) => make("td", {}, ...children);
  const absent = (reason) => figure("none", make("span", { class: "absent" }, "\u2014"), small(reason));
  const base = () => figure("base", word("base"));

  const sure = ({ lower, upper }, nothing) => lower !== null && (lower > nothing || upper < nothing);

  /** The cell of an estimate: `text` writes a number, `nothing` is the value that means no effect. */
  function estimate(found, text, { nothing = null, beside = [], reason = null, sign = "" } = {}) {
    if (found.value === null) return absent(reason);
    const kind = nothing !== null && sure(found, nothing) ? "sure" : "";
    const between = found.lower === null ? reason : word("to", { low: text(found.lower), high: text(found.upper) });
    return figure(kind, make("span", { class: "main" }, sign + text(found.value)), small(between), ...beside.map((each) => small(each)));
  }

  const signed = (value) => format.area(value, true);
  const probability = (p) => (p < 0.001 ? "< 0.001" : format.fixed(p, 3));

  function ratio(found) {
    if (found.value === null) return absent(word(found.reason));
    const reason = found.reason === null ? null : word(found.reason, { most: LeanMed.compareData.quantiles.length + 1 });
    const digits = format.digits([found.value, found.lower, found.upper]);
    return estimate(found, (value) => format.fixed(value, digits), { nothing: 1, reason, sign: "\u00d7\u00a0" });
  }

  /** The mean of a cost over runs with its least and most. */
  function cost(entry, { name, unit }) {
    const mean = entry.means[name];
    if (mean === undefined) {
      const reason = entry.absent[name];
      return absent(reason === undefined ? word("no value") : LeanMed.compareData.reasons[reason]);
    }
    const runs = Object.values(entry.costs[name] ?? {});
    const [low, high] = [Math.min(...runs), Math.max(...runs)].map((value) => format.text(value, unit));
    const spread = runs.length > 1 ? word("to", { low, high }) : word("one run");
    return figure("", make("span", { class: "main" }, format.text(mean, unit)), small(spread));
  }

  LeanMed.compareCells = { absent, base, cost, estimate, figure, probability, ratio, signed, small, word, words };
})();
