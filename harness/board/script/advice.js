// The chooser's answer in words, with the names of entries as links to their pages, and marks in the rows.
(() => {
  "use strict";
  const { make, say } = LeanMed;
  const MOST = 12;

  /** Names as links, cut where there are very many. */
  function names(view, rows) {
    const nodes = [];
    rows.slice(0, MOST).forEach((row, index) => {
      if (index > 0) nodes.push(", ");
      nodes.push(make("a", { href: `${view.root}entries/${row.slug}.html` }, row.name));
    });
    if (rows.length > MOST) nodes.push(`, \u2026 (+ ${rows.length - MOST})`);
    return [...nodes, "."];
  }

  const line = (...children) => make("p", {}, ...children);
  const counted = (key, count, extra = {}) => line(say("chooser", key, { count, ...extra }));

  function figure(view, row, choice) {
    if (choice.goal === "quality") return LeanMed.format.area(row.auc[0]);
    const cost = view.slim.sorted_by;
    return LeanMed.format.text(LeanMed.rows.value(row, cost), cost === "gpu_energy" ? "J" : "s");
  }

  function best(view, row, key, choice) {
    const what = LeanMed.words.chooser[view.slim.sorted_by];
    const link = make("a", { href: `${view.root}entries/${row.slug}.html` }, row.name);
    return line(say("chooser", key, { what }), make("strong", {}, link), ` (${figure(view, row, choice)}).`);
  }

  /** What to say where nothing else is as good: with costs, whether each other one was told from the best itself. */
  function alone(choice) {
    if (choice.goal === "quality") return "alone_quality";
    const others = choice.meeting.filter((row) => row.status === "ranked" && row !== choice.best);
    return others.every((row) => LeanMed.rows.surelyCheaper(choice.best, row)) ? "alone_cost" : "alone_chain";
  }

  /** What can't be told from the best, or that everything can. */
  function even(view, choice) {
    if (!choice.computed) return [line(say("chooser", "no_pairs"))];
    const found = [];
    if (choice.even.length) found.push(line(say("chooser", `even_${choice.goal}`), ...names(view, choice.even)));
    else if (choice.ranked === 1) found.push(line(say("chooser", "only")));
    else if (choice.untold.length === 0) found.push(line(say("chooser", alone(choice))));
    if (choice.untold.length) found.push(line(say("chooser", "untold"), ...names(view, choice.untold)));
    return found;
  }

  /** Paragraphs that say the choice. */
  function sentences(view, choice) {
    const count = choice.meeting.length;
    const first = count === 0 ? "none" : choice.limited ? "meet" : "free";
    const found = [counted(first, count, { all: choice.all })];
    if (choice.best !== null) found.push(best(view, choice.best, `best_${choice.goal}`, choice), ...even(view, choice));
    else if (choice.likely !== null) found.push(best(view, choice.likely, "no_ranked", choice));
    const untested = choice.untested.filter((row) => row !== choice.likely);
    if (untested.length) found.push(line(say("chooser", "untested"), ...names(view, untested)));
    if (choice.unproven) found.push(counted("unproven_left", choice.unproven));
    if (choice.unmeasured) found.push(counted("unmeasured", choice.unmeasured));
    found.push(make("p", { class: "quiet" }, say("chooser", "never")));
    return found;
  }

  function mark(row, key) {
    if (row.element === null) return;
    row.element.dataset.choice = key;
    const name = row.element.querySelector("th");
    if (name !== null) name.append(make("span", { class: `chip choice ${key}` }, say("chooser", `mark_${key}`)));
  }

  /** Shows a choice, or takes the last one away (null). */
  function draw(view, choice) {
    for (const row of view.marked || []) {
      if (row.element === null) continue;
      delete row.element.dataset.choice;
      for (const chip of row.element.querySelectorAll(".chip.choice")) chip.remove();
    }
    view.marked = choice === null || choice.best === null ? [] : [choice.best, ...choice.even];
    for (const row of view.marked) mark(row, row === choice.best ? "best" : "even");
    const box = view.form.querySelector(".advice");
    const lines = choice === null ? [] : sentences(view, choice);
    const text = lines.map((each) => each.textContent).join("\n");
    // A live region is read out when it changes, so that it must not change to what it says already.
    if (text === view.advice) return;
    view.advice = text;
    box.replaceChildren(...lines);
  }

  LeanMed.advice = { draw, sentences };
})();
