// Which entries are compared: a list to search and tick, and what was made of it.
(() => {
  "use strict";
  const { make } = LeanMed;
  const { word } = LeanMed.compareCells;

  function item(entry, actions) {
    const box = make("input", { type: "checkbox", value: entry.slug });
    box.addEventListener("change", () => actions.choose(entry.slug, box.checked));
    const about = [entry.title, entry.model, LeanMed.words.status[entry.status]].join(", ");
    const label = make("label", {}, box, make("span", {}, entry.name, make("span", { class: "sub" }, about)));
    const element = make("li", {}, label);
    const text = [entry.name, about, ...Object.entries(entry.efficiency).flat()].join(" ").replaceAll("_", " ");
    return { element, box, slug: entry.slug, text: `${entry.name} ${text}`.toLowerCase() };
  }

  function button(key, act) {
    const element = make("button", { type: "button" }, word(key));
    element.addEventListener("click", act);
    return element;
  }

  function search(items, said) {
    const wanted = said.toLowerCase().split(/\s+/).filter((each) => each !== "");
    for (const each of items) each.element.hidden = !wanted.every((part) => each.text.includes(part));
    return items.filter((each) => !each.element.hidden).length;
  }

  /** The chooser; `show(state)` ticks what is compared and says so. */
  function picker(data, actions) {
    const items = data.entries.map((entry) => item(entry, actions));
    const status = make("p", { class: "quiet", role: "status" });
    const unknown = make("p", { class: "unknown", hidden: true });
    const field = make("input", { type: "search", id: "pick-search", autocomplete: "off", spellcheck: "false" });
    field.addEventListener("input", () => {
      const count = search(items, field.value);
      status.textContent = word("match", { count, all: items.length });
    });
    const element = make("form", { class: "pick" },
      make("fieldset", {},
        make("legend", {}, word("choose")),
        make("label", { for: "pick-search", class: "search" }, word("search"), field),
        make("ul", { class: "choices" }, ...items.map((each) => each.element))),
      make("p", { class: "acts" },
        button("copy", () => actions.copy((key) => { status.textContent = word(key); })),
        button("usual", actions.usual),
        button("clear", actions.clear)),
      status, unknown);
    element.addEventListener("submit", (event) => event.preventDefault());

    function show(state) {
      const chosen = new Set(state.entries);
      for (const each of items) each.box.checked = chosen.has(each.slug);
      const count = chosen.size;
      status.textContent = word(count === 0 ? "chosen none" : "chosen", { count, all: items.length });
      unknown.hidden = state.unknown.length === 0;
      unknown.textContent = unknown.hidden ? "" : word("unknown", { count: state.unknown.length, names: state.unknown.join(", ") });
    }

    return { element, show };
  }

  LeanMed.comparePick = picker;
})();
