// A line at the foot of the page about what was just done, with a way back where there is one.

import { element, find } from "./dom.js";

const SHOWN_MS = 7_000;
let hiding = 0;

/** Say something; `undo` is `{text, act}`. */
export function toast(text, undo = null) {
  clearTimeout(hiding);
  const box = find("toast");
  const button = undo && element("button", { type: "button", class: "link", text: undo.text });
  button?.addEventListener("click", () => {
    hide();
    undo.act();
  });
  box.replaceChildren(element("span", { text }), ...(button ? [button] : []));
  box.hidden = false;
  hiding = setTimeout(() => !box.contains(document.activeElement) && hide(), SHOWN_MS);
}

function hide() {
  find("toast").hidden = true;
}
