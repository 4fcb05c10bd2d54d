// Effects with their intervals around the line of no effect, one below the other, as SVG.
(() => {
  "use strict";
  const SPACE = "http://www.w3.org/2000/svg";
  const [WIDTH, EDGE, TOP, ROW, BOTTOM] = [360, 14, 8, 36, 42];
  const MOST_TICKS = 6;
  const FACTORS = [0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1, 1.05, 1.1, 1.15, 1.2, 1.3, 1.4, 1.5, 1.75, 2];
  const WIDE = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

  function draw(name, attributes, ...children) {
    const element = document.createElementNS(SPACE, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  }

  /** Every number that the axis has to hold. An interval may widen it only so far; a bar that meets the edge goes on. */
  function extent(effects, nothing, room) {
    const values = [...effects.map((each) => each.value), nothing];
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const reach = Math.max(high - low, room);
    const ends = effects.flatMap((each) => (each.lower === null ? [] : [each.lower, each.upper]));
    const kept = ends.map((end) => Math.min(Math.max(end, low - 2 * reach), high + 2 * reach));
    const [from, to] = [Math.min(low, ...kept), Math.max(high, ...kept)];
    const least = Math.max(0, room - (to - from)) / 2;
    const margin = 0.04 * Math.max(to - from, room);
    return [from - least - margin, to + least + margin];
  }

  function thinned(ticks, nothing) {
    const step = Math.ceil(ticks.length / MOST_TICKS);
    const middle = ticks.indexOf(nothing);
    return ticks.filter((_, index) => (index - middle) % step === 0);
  }

  /** Of ratios: positions are logarithms. */
  function ratioTicks(low, high) {
    const [from, to] = [Math.exp(low), Math.exp(high)];
    const values = from < FACTORS[0] || to > FACTORS[FACTORS.length - 1] ? WIDE : FACTORS;
    return thinned(values.filter((value) => value >= from && value <= to), 1).map((value) => [Math.log(value), String(value)]);
  }

  /** Of differences in AUC. */
  function differenceTicks(low, high) {
    const raw = (high - low) / MOST_TICKS;
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= raw);
    const found = [];
    for (let index = Math.ceil(low / step); index * step <= high; index += 1) {
      const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
      const text = index === 0 ? "0" : (index > 0 ? "+" : "\u2212") + Math.abs(index * step).toFixed(digits);
      found.push([index * step, text]);
    }
    return found;
  }

  const logarithm = (effect) => ({
    ...effect,
    value: Math.log(effect.value),
    lower: effect.lower === null ? null : Math.log(effect.lower),
    upper: effect.upper === null ? null : Math.log(effect.upper),
  });

  function row(effect, top, at) {
    const y = top + 24;
    const parts = [draw("text", { x: EDGE, y: top + 13, class: "name" }, effect.name)];
    if (effect.lower !== null) {
      const path = `M${at(effect.lower)} ${y}H${at(effect.upper)}`;
      parts.push(draw("path", { d: path, class: "range" }));
    }
    const kind = effect.lower === null || (effect.lower <= 0 && effect.upper >= 0) ? "value open" : "value";
    parts.push(draw("circle", { cx: at(effect.value), cy: y, r: 4.5, class: kind }));
    return parts;
  }

  /** A plot of `effects` ({ name, value, lower, upper }), which are ratios (no effect: 1) or differences (0). */
  function forest(effects, { ratio, label }) {
    const shown = ratio ? effects.map(logarithm) : effects;
    const [low, high] = extent(shown, 0, ratio ? 0.1 : 0.01);
    const at = (value) => {
      const share = (Math.min(Math.max(value, low), high) - low) / (high - low);
      return Number((EDGE + share * (WIDTH - 2 * EDGE)).toFixed(1));
    };
    const bottom = TOP + shown.length * ROW + 4;
    const ticks = (ratio ? ratioTicks : differenceTicks)(low, high).map(([value, text]) => [at(value), text]);
    const anchor = (x) => (x < EDGE + 12 ? "start" : x > WIDTH - EDGE - 12 ? "end" : "middle");
    return draw(
      "svg",
      { viewBox: `0 0 ${WIDTH} ${bottom + BOTTOM - 16}`, role: "img", "aria-label": label, class: "forest" },
      ...ticks.map(([x]) => draw("path", { d: `M${x} ${TOP}V${bottom}`, class: "rule" })),
      draw("path", { d: `M${at(0)} ${TOP}V${bottom}`, class: "nothing" }),
      ...ticks.map(([x, text]) => draw("text", { x, y: bottom + 16, "text-anchor": anchor(x) }, text)),
      ...shown.flatMap((effect, index) => row(effect, TOP + index * ROW, at)),
    );
  }

  LeanMed.forest = forest;
})();
