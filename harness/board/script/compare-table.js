// The comparison: a column for each entry, rows for what they are, their quality and their costs.
(() => {
  "use strict";
  const { make, format } = LeanMed;
  const { absent, base, cost, estimate, figure, probability, ratio, signed, small, word, words } = LeanMed.compareCells;

  /** The pair of two entries as a less b, or null where they were not compared. */
  function pairOf(data, one, other) {
    const found = data.pairOf.get(`${one.place},${other.place}`);
    if (found !== undefined) return found;
    const turned = data.pairOf.get(`${other.place},${one.place}`);
    if (turned === undefined) return null;
    const flip = (value) => (value === null ? null : -value);
    const { value, lower, upper } = turned.difference;
    return { ...turned, difference: { value: flip(value), lower: flip(upper), upper: flip(lower) } };
  }

  const numbers = (entry) => new Set(Object.values(entry.costs).flatMap((runs) => Object.keys(runs)));

  function whyNoPair(data, one, other) {
    const reason = data.left_out[one.slug] ?? data.left_out[other.slug];
    if (reason !== undefined) return data.reasons[reason];
    const theirs = numbers(other);
    return word([...numbers(one)].some((run) => theirs.has(run)) ? "no pair" : "no common run");
  }

  const row = (heading, cells, kind = "") =>
    make("tr", kind === "" ? {} : { class: kind }, make("th", { scope: "row" }, heading), ...cells);
  const group = (heading, span) =>
    make("tr", { class: "group" }, make("th", { scope: "colgroup", colspan: span + 1 }, heading));

  function rank({ rank: found }) {
    if (found === null) return words("\u2014");
    return words(word(found.best === found.worst ? "rank one" : "rank text", found));
  }

  function status(entry, data) {
    const reasons = entry.why.map((reason) => make("span", { class: "sub" }, data.reasons[reason]));
    return words(LeanMed.words.status[entry.status], ...reasons);
  }

  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

  /** A row for each setting in which the entries differ. */
  function settings(entries) {
    const keys = [...new Set(entries.flatMap((entry) => Object.keys(entry.efficiency)))].sort();
    const differ = keys.filter((key) => new Set(entries.map((entry) => entry.efficiency[key])).size > 1);
    return differ.map((key) =>
      row(capital(key.replaceAll("_", " ")), entries.map((entry) => words(entry.efficiency[key] ?? word("default")))));
  }

  function common(entry, chosen) {
    if (entry === chosen.base) return words(word("base"));
    const theirs = numbers(chosen.base);
    const shared = [...numbers(entry)].filter((run) => theirs.has(run)).sort((a, b) => a - b);
    return words(shared.length === 0 ? "\u2014" : shared.join(", "));
  }

  function about(chosen, data) {
    const { entries } = chosen;
    const each = (key, cell) => row(word(key), entries.map(cell));
    return [
      group(word("about"), entries.length),
      each("model", (entry) => words(entry.model)),
      ...settings(entries),
      each("status", (entry) => status(entry, data)),
      each("rank", rank),
      each("provenance", (entry) => words(entry.provenance)),
      each("runs", (entry) => words(word("runs text", entry.runs))),
      each("common", (entry) => common(entry, chosen)),
    ];
  }

  function area(entry, data) {
    if (entry.auc === null) return absent(entry.why.length ? data.reasons[entry.why[0]] : word("no value"));
    const [value, lower, upper] = entry.auc;
    const reason = entry.auc_reason === null ? null : data.reasons[entry.auc_reason];
    return estimate({ value, lower, upper }, format.area, { reason });
  }

  function difference(entry, chosen, data) {
    if (entry === chosen.base) return base();
    const pair = pairOf(data, entry, chosen.base);
    if (pair === null) return absent(whyNoPair(data, entry, chosen.base));
    const beside = pair.p === null ? [] : [word("p", { p: probability(pair.p) })];
    return estimate(pair.difference, signed, { nothing: 0, beside, reason: pair.reason });
  }

  function apart(entry, chosen, data) {
    if (entry === chosen.base) return base();
    const pair = pairOf(data, entry, chosen.base);
    if (pair === null) return absent(whyNoPair(data, entry, chosen.base));
    const said = word(pair.apart === null ? "apart none" : pair.apart ? "apart yes" : "apart no");
    const beside = pair.corrected === null ? [] : [small(word("apart p", { p: probability(pair.corrected) }))];
    return figure(pair.apart ? "sure" : "", said, ...beside);
  }

  function quality(chosen, data) {
    const { entries } = chosen;
    return [
      group(word("quality"), entries.length),
      row(word("auc"), entries.map((entry) => area(entry, data))),
      row(word("difference"), entries.map((entry) => difference(entry, chosen, data)), "paired"),
      row(word("apart"), entries.map((entry) => apart(entry, chosen, data)), "paired"),
    ];
  }

  const ratioOf = (entry, chosen, name, data) =>
    LeanMed.ratio.paired(entry.costs[name] ?? {}, chosen.base.costs[name] ?? {}, data.quantiles);

  /** The costs that one of the entries has. */
  const measured = (chosen, data) =>
    data.costs.filter(({ name }) => chosen.entries.some((entry) => entry.means[name] !== undefined));

  function costs(chosen, data) {
    const { entries } = chosen;
    const rows = measured(chosen, data).flatMap((each) => [
      row(each.heading, entries.map((entry) => cost(entry, each))),
      row(word("ratio"), entries.map((entry) => (entry === chosen.base ? base() : ratio(ratioOf(entry, chosen, each.name, data)))), "paired"),
    ]);
    return rows.length ? [group(word("costs"), entries.length), ...rows] : [];
  }

  /** A line about what is measured in the table, and in none of these. */
  function nowhere(chosen, data) {
    const there = new Set(measured(chosen, data));
    const names = data.costs.filter((each) => !there.has(each)).map((each) => each.heading);
    return names.length ? [make("p", { class: "quiet note" }, word("nowhere", { names: names.join(", ") }))] : [];
  }

  /** A name that may be broken after each underscore. */
  const broken = (name) => name.split(/(?<=_)/).flatMap((part) => [part, make("wbr")]);

  function column(entry, chosen, actions) {
    const act = (key, kind) => {
      const button = make("button", { type: "button", "data-focus": `${kind} ${entry.slug}`, "aria-label": word(`${key} of`, { name: entry.name }) }, word(key));
      button.addEventListener("click", () => actions[kind](entry.slug));
      return button;
    };
    const mark = entry === chosen.base ? make("span", { class: "chip" }, word("base")) : act("make base", "rebase");
    return make("th", { scope: "col", "data-slug": entry.slug, class: entry === chosen.base ? "base" : "" },
      make("a", { href: `../entries/${entry.slug}.html` }, ...broken(entry.name)),
      make("span", { class: "sub" }, entry.title),
      make("span", { class: "acts" }, mark, act("remove", "remove")));
  }

  function table(chosen, data, actions) {
    const head = make("tr", {}, make("td", {}), ...chosen.entries.map((entry) => column(entry, chosen, actions)));
    return make("table", { class: "compared" },
      make("caption", {}, word("side")),
      make("thead", {}, head),
      make("tbody", {}, ...about(chosen, data), ...quality(chosen, data), ...costs(chosen, data)));
  }

  /** Effects of all entries but the base, for the plots. */
  function effects(chosen, found) {
    return chosen.entries
      .filter((entry) => entry !== chosen.base)
      .map((entry) => ({ name: entry.name, ...found(entry) }))
      .filter((effect) => effect.value !== null && effect.value !== undefined);
  }

  function plots(chosen, data) {
    const differences = effects(chosen, (entry) => pairOf(data, entry, chosen.base)?.difference ?? { value: null });
    const ratios = measured(chosen, data).map((each) => ({
      title: word("ratio plot", { cost: each.heading, base: chosen.base.name }),
      effects: effects(chosen, (entry) => ratioOf(entry, chosen, each.name, data)).filter((effect) => effect.lower !== null),
      ratio: true,
    }));
    return [{ title: word("difference plot", { base: chosen.base.name }), effects: differences, ratio: false }, ...ratios]
      .filter((plot) => plot.effects.length > 0)
      .map(({ title, effects: shown, ratio: isRatio }) =>
        make("figure", {},
          make("figcaption", {}, title, small(word(isRatio ? "lower better" : "higher better"))),
          LeanMed.forest(shown, { ratio: isRatio, label: word("plot", { title, count: shown.length }) })));
  }

  LeanMed.compareTable = { table, plots, nowhere };
})();
