// What is compared, as the address says it: #entries=slug,slug&base=slug.
(() => {
  "use strict";
  const USUAL = 4;

  /** The base where the address names none: the float32 reference among the entries, else the first. */
  function usualBase(entries, references) {
    const plain = new Set(Object.values(references));
    return entries.find((slug) => plain.has(slug)) ?? entries[0] ?? null;
  }

  /** What a page shows that no link chose: the reference of the model with the most entries, and the foremost of them.
   * Where no model has two, the foremost of the table. */
  function usual(data) {
    const able = data.entries.filter((entry) => entry.auc !== null && entry.auc[0] !== null);
    const counts = new Map();
    for (const { model } of able) counts.set(model, (counts.get(model) ?? 0) + 1);
    const [model, most] = [...counts].reduce((best, each) => (each[1] > best[1] ? each : best), [null, 1]);
    const slugs = able.filter((entry) => most === 1 || entry.model === model).map((entry) => entry.slug);
    const reference = slugs.filter((slug) => slug === data.references[model]);
    return [...new Set([...reference, ...slugs])].slice(0, USUAL);
  }

  /** { entries, base, unknown }: slugs of this table in the link's order, each once, and those that are not in it. */
  function read(hash, data) {
    const said = new URLSearchParams(hash.slice(1));
    const known = new Set(data.entries.map((entry) => entry.slug));
    const asked = said.has("entries") ? said.get("entries").split(",").filter((slug) => slug !== "") : usual(data);
    const named = [...new Set(asked)];
    const entries = named.filter((slug) => known.has(slug));
    const base = entries.includes(said.get("base")) ? said.get("base") : usualBase(entries, data.references);
    return { entries, base, unknown: named.filter((slug) => !known.has(slug)) };
  }

  /** The address of a state. The base is said only where it is not the usual one. */
  function write(entries, base, data) {
    const kept = entries.includes(base) && base !== usualBase(entries, data.references) ? `&base=${base}` : "";
    return `#entries=${entries.join(",")}${kept}`;
  }

  LeanMed.compareState = { read, write };
})();
