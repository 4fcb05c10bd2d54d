// Which entries are compared: a list to search and tick, and what was made of it.
(() => {
  "use strict";
  const { make } = LeanMed;
  const { word } = LeanMed.compareCells;

  // More boxes than this slow a browser down, and nobody reads so long a list.
  const MOST = 200;

  function item(entry) {
    const about = [entry.title, entry.model, LeanMed.words.status[entry.status]].join(", ");
    const text = [entry.name, about, ...Object.entries(entry.efficiency).flat()].join(" ").replaceAll("_", " ");
    return { entry, about, element: null, box: null, slug: entry.slug, text: `${entry.name} ${text}`.toLowerCase() };
  }

  /** The element of an item, made when it is first listed. */
  function add(each, actions) {
    const { entry, about } = each;
    each.box = make("input", { type: "checkbox", value: entry.slug });
    each.box.addEventListener("change", () => actions.choose(entry.slug, each.box.checked));
    const label = make("label", {}, each.box, make("span", {}, entry.name, make("span", { class: "sub" }, about)));
    each.element = make("li", {}, label);
  }

  function button(key, act) {
    const element = make("button", { type: "button" }, word(key));
    element.addEventListener("click", act);
    return element;
  }

  function matching(items, said) {
    const wanted = said.toLowerCase().split(/\s+/).filter((each) => each !== "");
    return items.filter((each) => wanted.every((part) => each.text.includes(part)));
  }

  /** Lists the first of `found` and those that are chosen, in the order of `items`. */
  function list(place, items, found, chosen, actions) {
    const listed = new Set([...found.slice(0, MOST), ...found.filter((each) => chosen.has(each.slug))]);
    let next = null;
    for (const each of [...items].reverse()) {
      if (each.element === null && listed.has(each)) {
        add(each, actions);
        place.insertBefore(each.element, next);
      }
      if (each.element === null) continue;
      each.element.hidden = !listed.has(each);
      each.box.checked = chosen.has(each.slug);
      next = each.element;
    }
  }

  /** The chooser; `show(state)` ticks what is compared and says so. */
  function picker(data, actions) {
    const items = data.entries.map(item);
    const place = make("ul", { class: "choices" });
    const first = make("p", { class: "quiet" });
    let chosen = new Set();
    const status = make("p", { class: "quiet", role: "status" });
    const unknown = make("p", { class: "unknown", hidden: true });
    const field = make("input", { type: "search", id: "pick-search", autocomplete: "off", spellcheck: "false" });

    function draw() {
      const found = matching(items, field.value);
      list(place, items, found, chosen, actions);
      first.hidden = found.length <= MOST;
      first.textContent = first.hidden ? "" : word("first", { count: MOST });
      return found.length;
    }

    field.addEventListener("input", () => {
      status.textContent = word("match", { count: draw(), all: items.length });
    });
    const element = make("form", { class: "pick" },
      make("fieldset", {},
        make("legend", {}, word("choose")),
        make("label", { for: "pick-search", class: "search" }, word("search"), field),
        place, first),
      make("p", { class: "acts" },
        button("copy", () => actions.copy((key) => { status.textContent = word(key); })),
        button("usual", actions.usual),
        button("clear", actions.clear)),
      status, unknown);
    element.addEventListener("submit", (event) => event.preventDefault());

    function show(state) {
      chosen = new Set(state.entries);
      draw();
      const count = chosen.size;
      status.textContent = word(count === 0 ? "chosen none" : "chosen", { count, all: items.length });
      unknown.hidden = state.unknown.length === 0;
      unknown.textContent = unknown.hidden ? "" : word("unknown", { count: state.unknown.length, names: state.unknown.join(", ") });
    }

    return { element, show };
  }

  LeanMed.comparePick = picker;
})();
