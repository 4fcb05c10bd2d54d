// The state of the view, and the part of the address that says it: `#sort=gpu_energy&dir=ascending&model=cnn`.
(() => {
  "use strict";
  const SAME = (a, b) => a === b;
  const encode = (part) => encodeURIComponent(part).replaceAll("%20", "+").replaceAll("%3A", ":");
  const decode = (part) => decodeURIComponent(part.replaceAll("+", " "));

  // A kind of field: what it is when nothing is said; from the parts of a list in the address (undefined where they
  // mean nothing) and back to them.
  const text = () => ({
    kind: "text", none: "", same: SAME,
    read: (parts) => (parts.join(",").length <= 200 ? parts.join(",") : undefined),
    write: (value) => [value],
  });
  const flag = () => ({
    kind: "flag", none: false, same: SAME,
    read: (parts) => (parts.join() === "yes" ? true : undefined),
    write: () => ["yes"],
  });
  const one = (options, none) => ({
    kind: "one", none, same: SAME,
    read: ([value, ...more]) => (more.length === 0 && options.includes(value) ? value : undefined),
    write: (value) => [value],
  });
  const some = (options, none = []) => ({
    kind: "some", none,
    same: (a, b) => a === b || (a !== null && b !== null && a.length === b.length && a.every((each) => b.includes(each))),
    read: (parts) => [...new Set(parts.filter((part) => options.includes(part)))],
    lost: (parts) => parts.filter((part) => !options.includes(part)),
    write: (values) => values,
  });
  const amount = (units, most = Infinity) => ({
    kind: "amount", none: null,
    same: (a, b) => a === b || (a !== null && b !== null && a.number === b.number && a.unit === b.unit),
    read: (parts) => {
      const found = /^(\d+(?:\.\d+)?(?:e[+-]?\d+)?)([A-Za-z]*)$/.exec(parts.join(","));
      if (found === null || !units.includes(found[2])) return undefined;
      const number = Number(found[1]);
      return Number.isFinite(number) && number <= most ? { number, unit: found[2] } : undefined;
    },
    write: (value) => [String(value.number) + value.unit],
  });

  /** Every field, in the order of the address. `known` holds what can be chosen in this table. */
  const fields = (known) => ({
    search: text(),
    model: some(known.model),
    status: some(known.status),
    efficiency: some(known.efficiency),
    provenance: some(known.provenance),
    columns: some(known.columns, null),
    sort: one(known.sortable, null),
    dir: one(["ascending", "descending"], null),
    mix: flag(),
    all: flag(),
    base: one(known.bases, known.bases[0]),
    show: one(["both", "value", "ratio"], "both"),
    energy: one(["J", "kJ", "Wh", "kWh"], ""),
    time: one(["s", "min"], ""),
    ...Object.fromEntries(Object.entries(known.limits).map(([name, limit]) => [name, amount(limit.units)])),
    min_auc: amount([""], 1),
    auc_by: one(["lower", "value"], "lower"),
    goal: one(["cost", "quality"], ""),
    unproven: flag(),
    carbon: amount([""]),
    carbon_source: text(),
    entries: some(known.slugs),
  });

  const defaults = (known) =>
    Object.fromEntries(Object.entries(fields(known)).map(([name, field]) => [name, field.none]));

  /** True where the address names a state, and not an element of the page. */
  const names = (hash) => hash.replace(/^#/, "") === "" || hash.includes("=");

  function partsOf(raw) {
    try {
      return raw === "" ? [] : raw.split(",").map(decode);
    } catch (error) {
      if (error instanceof URIError) return null;
      throw error;
    }
  }

  /** The state that an address says, and the parts of it that mean nothing here. */
  function parse(hash, known) {
    const all = fields(known);
    const state = defaults(known);
    const problems = [];
    for (const pair of hash.replace(/^#/, "").split("&")) {
      if (pair === "") continue;
      const at = pair.indexOf("=");
      const name = at < 0 ? pair : pair.slice(0, at);
      const parts = at < 0 ? null : partsOf(pair.slice(at + 1));
      const field = Object.hasOwn(all, name) ? all[name] : null;
      const value = field === null || parts === null ? undefined : field.read(parts);
      const lost = value !== undefined && field.lost ? field.lost(parts) : [];
      if (value === undefined) problems.push(pair);
      else if (!(lost.length && value.length === 0)) state[name] = value;
      if (lost.length) problems.push(`${name}=${lost.join(",")}`);
    }
    if (state.sort === null && state.dir !== null) {
      problems.push(`dir=${state.dir}`);
      state.dir = null;
    }
    return { state, problems };
  }

  /** The address of a state, "" where it is the usual one. */
  function write(state, known) {
    const said = Object.entries(fields(known))
      .filter(([name, field]) => !field.same(state[name], field.none))
      .map(([name, field]) => `${name}=${field.write(state[name]).map(encode).join(",")}`);
    return said.length ? `#${said.join("&")}` : "";
  }

  LeanMed.state = { fields, defaults, parse, write, names };
})();
