// The visitor's key, where the service asks for one; it stays in this tab.

import { key, onKeyNeeded } from "./api.js";
import { find } from "./dom.js";
import { t } from "./i18n.js";

const dialog = find("key-dialog");
const field = find("key");
let asking = null;

/** Ask the visitor for a key, once however many requests wait for it. */
function askForKey(problem) {
  asking ??= new Promise((answered) => {
    const refused = Boolean(key.get());
    find("key-problem").textContent = refused ? t(refusal(problem)) : "";
    find("key-problem").hidden = !refused;
    field.setAttribute("aria-invalid", String(refused));
    dialog.returnValue = "";
    dialog.showModal();
    dialog.addEventListener("close", () => answered(dialog.returnValue === "given"), { once: true });
  }).finally(() => {
    asking = null;
  });
  return asking;
}

const refusal = (problem) => (problem.status === 403 ? "key.missing_scope" : "key.refused");

/** Let the visitor enter a key whenever the service wants one. */
export function startKeys() {
  onKeyNeeded(askForKey);
  find("key-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const given = field.value.trim();
    if (!given) return field.focus();
    key.set(given);
    field.value = "";
    return dialog.close("given");
  });
  find("key-later").addEventListener("click", () => dialog.close());
  find("key-button")?.addEventListener("click", async () => {
    if (await askForKey({ status: 0 })) location.reload();
  });
}
