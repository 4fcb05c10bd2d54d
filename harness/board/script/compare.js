// The compare page: the address decides what is shown, and every choice is a new address, so that back and forward work.
(() => {
  "use strict";
  const { make } = LeanMed;
  const { word } = LeanMed.compareCells;
  const data = LeanMed.data("compare");
  const place = document.getElementById("comparison");
  LeanMed.compareData = data;

  data.entries.forEach((entry, index) => { entry.place = index; });
  data.pairOf = new Map(data.pairs.map(([one, other, [value, lower, upper], reason, p, corrected, apart]) => [
    `${one},${other}`,
    { difference: { value, lower, upper }, reason: reason === null ? null : data.reasons[reason], p, corrected, apart },
  ]));
  const bySlug = new Map(data.entries.map((entry) => [entry.slug, entry]));

  const now = () => LeanMed.compareState.read(location.hash, data);
  const go = (entries, base) => { location.hash = LeanMed.compareState.write(entries, base, data); };

  async function copy(say) {
    const { entries, base } = now();
    // The usual choice gets an address of its own too: what is usual changes with the records.
    history.replaceState(null, "", LeanMed.compareState.write(entries, base, data));
    try {
      await navigator.clipboard.writeText(location.href);
      say("copied");
    } catch (error) {
      if (!(error instanceof DOMException || error instanceof TypeError)) throw error;
      // A page from disk may not write there in every browser.
      say("not copied");
    }
  }

  const actions = {
    choose(slug, wanted) {
      const { entries, base } = now();
      go(wanted ? [...entries, slug] : entries.filter((each) => each !== slug), base);
    },
    remove: (slug) => actions.choose(slug, false),
    rebase: (slug) => go(now().entries, slug),
    usual: () => go(LeanMed.compareState.read("", data).entries, null),
    clear: () => go([], null),
    copy,
  };

  const pick = LeanMed.comparePick(data, actions);
  const shown = make("div", { class: "side" });
  place.append(pick.element, shown);
  place.hidden = false;

  /** The element that had the focus is made anew with the table; its successor gets it, or else the table. */
  function keepFocus(change) {
    const held = document.activeElement?.closest("[data-focus]")?.dataset.focus;
    change();
    if (held === undefined) return;
    const next = [...shown.querySelectorAll("[data-focus]")].find((each) => each.dataset.focus === held);
    (next ?? shown.querySelector(".scroll") ?? pick.element.querySelector("input")).focus({ preventScroll: true });
  }

  function render() {
    const state = now();
    pick.show(state);
    const chosen = { entries: state.entries.map((slug) => bySlug.get(slug)), base: bySlug.get(state.base) };
    keepFocus(() => {
      if (chosen.entries.length < 2) {
        shown.replaceChildren();
        return;
      }
      const box = make("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": word("table") },
        LeanMed.compareTable.table(chosen, data, actions));
      const plots = LeanMed.compareTable.plots(chosen, data);
      const glance = plots.length ? [make("h2", {}, word("glance")), make("div", { class: "forests" }, ...plots)] : [];
      shown.replaceChildren(box, ...LeanMed.compareTable.nowhere(chosen, data), ...glance);
    });
  }

  addEventListener("hashchange", render);
  render();
})();
