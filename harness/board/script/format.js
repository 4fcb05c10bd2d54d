// Numbers and units as harness/board/figures.py writes them; tests hold the two against each other.
(() => {
  "use strict";
  const GAP = "\u202f";
  const MINUS = "\u2212";

  const BYTES = [[2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"], [1, "B"]];
  const JOULES = [[1e6, "MJ"], [1e3, "kJ"], [1, "J"]];
  const GRAMS = [[1e3, "kg CO\u2082e"], [1, "g CO\u2082e"], [1e-3, "mg CO\u2082e"], [1e-6, "\u00b5g CO\u2082e"]];
  /** How many of the SI unit one of each unit is. */
  const SIZES = {
    J: 1, kJ: 1e3, Wh: 3600, kWh: 3.6e6, s: 1, min: 60, ms: 1e-3, GiB: 2 ** 30, B: 1, "1/s": 1, "1": 1, g: 1, "": 1,
  };

  /** As Number.toFixed, but a tie goes to the even digit, as in Python. */
  function fixed(value, digits) {
    const scaled = Math.abs(value) * 10 ** digits;
    // Only a multiple of 2^-(digits + 1) can lie exactly between two decimal numbers of so many digits.
    const tie = scaled % 1 === 0.5 && Number.isInteger(value * 2 ** (digits + 1));
    if (!tie) return value.toFixed(digits);
    const whole = Math.floor(scaled);
    const even = (whole % 2 === 0 ? whole : whole + 1) / 10 ** digits;
    return (value < 0 ? "-" : "") + even.toFixed(digits);
  }

  const grouped = (digits) => digits.replace(/\B(?=(\d{3})+$)/g, GAP);
  const round = (value) => Number(fixed(value, 0));

  function number(value) {
    const size = Math.abs(value);
    let text;
    if (size >= 100 || value === 0) text = grouped(fixed(value, 0));
    else if (size >= 0.001) text = fixed(value, size >= 10 ? 1 : size >= 1 ? 2 : 3);
    else text = value.toExponential(2).replace(/e([+-])(\d)$/, "e$10$2");
    return text.replaceAll("-", MINUS);
  }

  function scaled(value, scale) {
    const [size, unit] = scale.find(([least]) => Math.abs(value) >= least) || scale[scale.length - 1];
    return [[number(value / size), unit]];
  }

  function duration(seconds) {
    const two = (count) => String(count).padStart(2, "0");
    if (seconds < 1) return [[number(seconds * 1e3), "ms"]];
    if (seconds < 99.95) return [[fixed(seconds, 1), "s"]];
    const whole = round(seconds);
    if (whole < 3600) return [[String(Math.floor(whole / 60)), "min"], [two(whole % 60), "s"]];
    const minutes = round(seconds / 60);
    return [[String(Math.floor(minutes / 60)), "h"], [two(minutes % 60), "min"]];
  }

  /** A figure as [number, unit] pairs: in the unit that reads best, or in `wanted`. */
  function amount(value, unit, wanted = "") {
    if (wanted !== "") return [[number(value / SIZES[wanted]), wanted]];
    if (unit === "s") return duration(value);
    if (unit === "B") return scaled(value, BYTES);
    if (unit === "J") return scaled(value, JOULES);
    if (unit === "g") return value === 0 ? [["0", "g CO\u2082e"]] : scaled(value, GRAMS);
    if (unit === "1/s") return [[number(value), "/s"]];
    return [[number(value), unit === "1" ? "" : unit]];
  }

  const part = ([text, unit]) => (unit === "" ? text : text + GAP + unit);
  /** The same as text. */
  const text = (value, unit, wanted) => amount(value, unit, wanted).map(part).join("\u00a0");

  /** An AUC, or with `sign` a difference of two, with three digits after the point. */
  const area = (value, sign = false) => {
    const digits = fixed(value, 3);
    return ((sign && !digits.startsWith("-") ? "+" : "") + digits).replace("-", MINUS);
  };
  /** Digits of a ratio [value, lower, upper], as harness/board/tints.py: two, or three where two would hide how sure
   * it is, or that it is not 1. */
  function digits([value, lower, upper]) {
    if (value < 0.1) return 3;
    if (lower === null) return 2;
    const hides = (lower > 1 || upper < 1) && [lower, upper, value].some((each) => fixed(each, 2) === "1.00");
    return hides || upper - lower < 0.02 ? 3 : 2;
  }

  LeanMed.format = { SIZES, fixed, number, text, area, digits };
})();
