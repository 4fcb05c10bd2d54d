// The one global name, and the little that every other script needs: the page's data, its words, and new elements.
(() => {
  "use strict";
  const LeanMed = (globalThis.LeanMed = globalThis.LeanMed || {});

  /** The JSON document in the page's data block `id`, or null where the page has none. */
  LeanMed.data = (id) => {
    const block = document.getElementById(id);
    return block === null ? null : JSON.parse(block.textContent);
  };

  const words = LeanMed.data("words") || {};
  LeanMed.words = words;

  /** `template` with each {name} replaced by `values[name]`. What is put in is never looked at again. */
  LeanMed.fill = (template, values = {}) =>
    template.replace(/\{(\w+)\}/g, (whole, name) => (Object.hasOwn(values, name) ? String(values[name]) : whole));

  /** A text of a group of words. With `values.count`, the singular where there is one. */
  LeanMed.say = (group, key, values = {}) => {
    const one = `${key}_one`;
    const name = values.count === 1 && Object.hasOwn(words[group], one) ? one : key;
    return LeanMed.fill(words[group][name], values);
  };

  /** A new element. Children are nodes or text; text never becomes markup. */
  LeanMed.make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value === true) element.setAttribute(key, "");
      else if (value !== null && value !== false) element.setAttribute(key, value);
    }
    element.append(...children.filter((child) => child !== null));
    return element;
  };
})();
