// The lines under the toolbar: how many entries are shown, in which order, and what is in force.
(() => {
  "use strict";
  const { say } = LeanMed;

  const shown = (count, all) => say("script", "shown", { count, all });

  function sorted(view, state) {
    if (state.sort === null) return "";
    const column = view.byName.get(state.sort);
    const title = LeanMed.page.title(column);
    const ratios = state.show === "ratio" && view.related.has(state.sort);
    const what = ratios ? say("script", "ratio_of", { what: title, base: LeanMed.cells.baseName(state.base) }) : title;
    const direction = say("script", LeanMed.sorting.direction(state, column));
    return say("script", "sorted", { what, direction });
  }

  function limits(view, state) {
    const found = Object.entries(view.known.limits)
      .filter(([name]) => state[name] !== null)
      .map(([name, limit]) => `${limit.label} \u2264 ${state[name].number} ${state[name].unit}`);
    if (state.min_auc !== null) {
      const by = LeanMed.words.chooser[`by_${state.auc_by}`];
      found.push(`${LeanMed.words.chooser.min_auc} (${by}) \u2265 ${state.min_auc.number}`);
    }
    return found;
  }

  /** What is in force, as a list of phrases. */
  function filters(view, state) {
    const found = [];
    const add = (key, values) => found.push(say("script", key, values));
    if (state.search.trim() !== "") add("filter_search", { text: state.search.trim() });
    for (const facet of ["model", "status", "efficiency", "provenance"]) {
      if (state[facet].length) add(`filter_${facet}`, { values: state[facet].join(" / ") });
    }
    const bounds = limits(view, state);
    if (bounds.length) add("filter_limits", { values: bounds.join(", ") });
    if (state.unproven) add("filter_unproven");
    if (state.mix) add("filter_mix");
    if (state.base !== view.known.bases[0]) add("filter_base", { base: LeanMed.cells.baseName(state.base) });
    if (state.show !== "both") add("filter_show", { what: LeanMed.words.labels[`show_${state.show}`] });
    const carbon = LeanMed.carbon.declared(state);
    if (carbon !== null) add("carbon_on", carbon);
    return found;
  }

  /** One line on all of it, for exports. */
  function about(view, state, count) {
    const found = [shown(count, view.rows.length), sorted(view, state)];
    const phrases = filters(view, state);
    if (phrases.length) found.push(say("script", "active", { filters: phrases.join("; ") }));
    found.push(say("script", "interval_note"));
    return { text: found.filter(Boolean).join(" "), hash: LeanMed.state.write(state, view.known) };
  }

  function put(view, selector, text) {
    const line = view.form.querySelector(selector);
    if (line.textContent !== text) line.textContent = text;
  }

  function draw(view, state, count, drawn) {
    const top = drawn < count ? say("script", "top", { count: drawn }) : "";
    put(view, ".shown", [shown(count, view.rows.length), top, sorted(view, state)].filter(Boolean).join(" "));
    const more = view.form.querySelector('[data-action="all"]');
    more.hidden = top === "";
    more.textContent = say("script", "all", { count });
    const phrases = filters(view, state);
    const notes = phrases.length ? [say("script", "active", { filters: phrases.join("; ") })] : [];
    const models = state.base === view.known.bases[0] ? [] : LeanMed.cells.modelsWithout(view, state.base);
    if (models.length) {
      notes.push(say("script", "no_baseline_for", { base: LeanMed.cells.baseName(state.base), models: models.join(", ") }));
    }
    const half = (state.carbon === null) !== (state.carbon_source.trim() === "");
    if (half) notes.push(say("script", "carbon_needs"));
    put(view, ".active", notes.join(" "));
  }

  /** A word on what just happened: a link that means nothing here, a copy that was made. */
  const tell = (view, text) => put(view, ".problems", text);

  LeanMed.summary = { draw, about, tell };
})();
