// The table view: one state, from the address or from the form, and the table as that state wants it.
(() => {
  "use strict";
  const { say } = LeanMed;
  const WAIT = 250;
  // Laying out a row costs a browser about half a millisecond, so that a long table is drawn from its top.
  const MOST = 50;

  function start(form, table) {
    const view = LeanMed.page.read(form, table);
    if (view.rows.length === 0) return;
    const apart = LeanMed.chooser.apartOf(LeanMed.data("pairs"));
    let state = LeanMed.state.defaults(view.known);
    let pending = null;
    let typing = null;
    let visible = view.rows;

    /** Shows the state: one pass over the rows, and only what changed is touched. */
    function draw() {
      const passes = LeanMed.rows.passes(state, view.known);
      const left = view.rows.filter(passes);
      const choice = LeanMed.chooser.asked(state, view.known)
        ? LeanMed.chooser.choose(left, state, view.known, view.slim.sorted_by, apart)
        : null;
      const kept = new Set(choice === null ? left : choice.meeting);
      const order = LeanMed.sorting.ordered(view, state);
      visible = order.filter((row) => kept.has(row));
      const drawn = state.all ? visible : visible.slice(0, MOST);
      LeanMed.rest.bring(view, drawn);
      LeanMed.columns.show(view, state);
      LeanMed.cells.draw(view, state, drawn);
      LeanMed.carbon.draw(view, state);
      LeanMed.sorting.draw(view, state);
      show(drawn);
      LeanMed.sorting.place(view, drawn, state.mix);
      LeanMed.select.draw(view, state, drawn);
      LeanMed.advice.draw(view, choice);
      LeanMed.summary.draw(view, state, visible.length, drawn.length);
      LeanMed.plots.follow(new Set(visible.map((row) => row.slug)));
    }

    function show(drawn) {
      const there = new Set(drawn);
      for (const row of view.rows) {
        if (row.element === null) continue;
        const hidden = !there.has(row);
        if (row.element.hidden !== hidden) row.element.hidden = hidden;
      }
    }

    const here = () => location.pathname + location.search;
    const link = () => location.href.replace(/#.*$/s, "") + LeanMed.state.write(state, view.known);

    /** Browsers ignore an address that changes too often, so that typing waits for a pause. */
    function settle() {
      if (pending === null) return;
      clearTimeout(pending);
      pending = null;
      history.replaceState(null, "", LeanMed.state.write(state, view.known) || here());
    }

    /** Takes a new state from the reader. The first letter typed into a field is a step back in the history, the
     * next ones are the same step. */
    function change(next, field = null) {
      const hash = LeanMed.state.write(next, view.known);
      const before = LeanMed.state.write(state, view.known);
      state = next;
      LeanMed.summary.tell(view, "");
      if (hash !== before) {
        if (field !== null && field === typing) {
          clearTimeout(pending);
          pending = setTimeout(settle, WAIT);
        } else {
          settle();
          history.pushState(null, "", hash || here());
        }
      }
      typing = field;
      draw();
    }

    /** Takes the state that the address says, unless it names an element of the page. */
    function follow() {
      if (!LeanMed.state.names(location.hash)) return;
      clearTimeout(pending);
      pending = typing = null;
      const found = LeanMed.state.parse(location.hash, view.known);
      const parts = found.problems.map((part) => `\u201c${part.slice(0, 80)}\u201d`).join(", ");
      const told = parts === "" ? "" : say("script", "broken", { parts, count: found.problems.length });
      state = found.state;
      LeanMed.form.write(view, state);
      draw();
      LeanMed.summary.tell(view, told);
    }

    const about = () => LeanMed.summary.about(view, state, visible.length);
    const columns = () => LeanMed.fields.columns(view, state);
    const file = (ending) => `${view.slim.slug}.${ending}`;
    function save(ending, text, type) {
      LeanMed.deliver.save(file(ending), text, type);
      LeanMed.summary.tell(view, say("script", "saved", { name: file(ending) }));
    }
    async function copy(text, told) {
      if (await LeanMed.deliver.copy(text)) LeanMed.summary.tell(view, say("script", told));
    }
    const actions = {
      link: () => copy(link(), "link_copied"),
      reset: () => { change(LeanMed.state.defaults(view.known)); LeanMed.form.write(view, state); },
      usual: () => { change({ ...state, columns: null }); LeanMed.form.write(view, state); },
      all: () => change({ ...state, all: true }),
      csv: () => save("csv", LeanMed.export.csv(visible, columns()), "text/csv"),
      json: () => save("json", LeanMed.export.json(view, state, visible, columns(), about()), "application/json"),
      markdown: () => copy(LeanMed.markup.markdown(visible, columns(), about()), "markdown_copied"),
      latex: () => copy(LeanMed.markup.latex(visible, columns(), about()), "latex_copied"),
    };

    LeanMed.form.prepare(view);
    LeanMed.form.menus(form);
    LeanMed.select.prepare(view, (entries) => change({ ...state, entries }));
    LeanMed.sorting.prepare(view, (column) => {
      const [sort, dir] = LeanMed.sorting.next(state, column);
      change({ ...state, sort, dir: dir === column.first ? null : dir });
    });
    form.addEventListener("input", (event) => {
      const typed = ["search", "text", "number"].includes(event.target.type);
      change(LeanMed.form.read(view, state), typed ? event.target.name : null);
    });
    form.addEventListener("focusout", () => { settle(); typing = null; });
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-action]");
      if (button !== null) actions[button.dataset.action]();
    });
    addEventListener("popstate", follow);
    addEventListener("pagehide", settle);
    form.hidden = false;
    follow();
  }

  const form = document.querySelector("form.controls");
  const table = document.querySelector("table.overview[data-table]");
  if (form !== null && table !== null) start(form, table);
})();
