// The form and the state: one is read from the other and written to it, field by field.
(() => {
  "use strict";
  /** Fields that headings, rows and buttons set. */
  const FROM_ELSEWHERE = new Set(["entries", "sort", "dir", "all"]);

  const boxes = (form, name) => [...form.querySelectorAll(`input[type="checkbox"][name="${name}"]`)];

  function readAmount(form, name, units) {
    const input = form.elements[name];
    if (!input || input.value === "") return null;
    const number = Number(input.value);
    if (!Number.isFinite(number) || number < 0 || !input.validity.valid) return null;
    const choice = form.elements[`${name}_unit`];
    return { number, unit: choice ? choice.value : units[0] };
  }

  /** The state that the form says; what the form does not hold stays as it is in `state`. */
  function read(view, state) {
    const { form, known } = view;
    const found = { ...state };
    for (const [name, field] of Object.entries(LeanMed.state.fields(known))) {
      if (FROM_ELSEWHERE.has(name)) continue;
      const input = form.elements[name];
      if (field.kind === "some") {
        const chosen = boxes(form, name).filter((box) => box.checked && !box.disabled).map((box) => box.value);
        found[name] = name === "columns" && LeanMed.state.fields(known).model.same(chosen, view.usual) ? null : chosen;
      } else if (!input) continue;
      else if (field.kind === "flag") found[name] = input.checked;
      else if (field.kind === "amount") found[name] = readAmount(form, name, known.limits[name]?.units || [""]);
      else found[name] = input.value;
    }
    return found;
  }

  /** Makes the form say `state`. The field with the focus is left alone where it says so already. */
  function write(view, state) {
    const { form, known } = view;
    const set = (input, value) => { if (input && input.value !== value) input.value = value; };
    for (const [name, field] of Object.entries(LeanMed.state.fields(known))) {
      if (field.kind === "some") {
        const chosen = name === "columns" && state.columns === null ? view.usual : state[name];
        for (const box of boxes(form, name)) box.checked = chosen.includes(box.value);
      } else if (field.kind === "flag") {
        if (form.elements[name]) form.elements[name].checked = state[name];
      } else if (field.kind === "amount") {
        const value = state[name];
        set(form.elements[name], value === null ? "" : String(value.number));
        if (value !== null) set(form.elements[`${name}_unit`], value.unit);
      } else if (name !== "sort" && name !== "dir") set(form.elements[name], state[name]);
    }
  }

  /** Boxes of columns that this table does not have can't be chosen. */
  function prepare(view) {
    for (const box of boxes(view.form, "columns")) {
      box.disabled = !view.known.columns.includes(box.value);
      box.parentNode.classList.toggle("off", box.disabled);
    }
  }

  /** Menus: one at a time, closed by Escape and by a press elsewhere. The whole folds up where there is little room. */
  function menus(form) {
    const all = [...form.querySelectorAll("details.menu")];
    const shut = (except) => all.forEach((menu) => { if (menu !== except) menu.open = false; });
    for (const menu of all) {
      menu.addEventListener("toggle", () => { if (menu.open) shut(menu); });
      menu.addEventListener("keydown", (event) => {
        if (event.key !== "Escape" || !menu.open) return;
        menu.open = false;
        menu.querySelector("summary").focus();
      });
    }
    document.addEventListener("pointerdown", (event) => {
      const inside = event.target instanceof Element ? event.target.closest("details.menu") : null;
      shut(inside);
    });
    const narrow = matchMedia("(max-width: 40rem)");
    const fold = form.querySelector("details.fold");
    const fit = () => { fold.open = !narrow.matches; };
    narrow.addEventListener("change", fit);
    fit();
  }

  LeanMed.form = { read, write, prepare, menus };
})();
