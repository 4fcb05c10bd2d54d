// Handing a text to the reader: as a file, or through the clipboard, or where that is not allowed selected in a dialog.
(() => {
  "use strict";
  const { make, say } = LeanMed;

  /** Saves `text` as a file. A blob's address is no request, so that the page's policy has no say in it. */
  function save(name, text, type) {
    const address = URL.createObjectURL(new Blob([text], { type }));
    make("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  }

  function byHand(text) {
    const area = make("textarea", { readonly: true, rows: 12, "aria-label": say("script", "copy_by_hand") });
    area.value = text;
    const close = make("button", { type: "button" }, say("script", "close"));
    const box = make("dialog", { class: "by-hand" }, make("p", {}, say("script", "copy_by_hand")), area, close);
    const back = document.activeElement;
    close.addEventListener("click", () => box.close());
    box.addEventListener("close", () => {
      box.remove();
      if (back !== null) back.focus();
    });
    document.body.append(box);
    box.showModal();
    area.focus();
    area.select();
  }

  /** Copies `text`; true where the clipboard took it. */
  async function copy(text) {
    if (navigator.clipboard === undefined) {
      byHand(text);
      return false;
    }
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      byHand(text);
      return false;
    }
  }

  LeanMed.deliver = { save, copy };
})();
