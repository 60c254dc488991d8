// What may be done with a product shown.

import { ask } from "./api.js";
import { find } from "./dom.js";
import { t } from "./i18n.js";
import { hide, shownAs } from "./results.js";
import { record } from "./shopper.js";
import { toast } from "./toast.js";
import { goAbout, view } from "./view.js";

let hasStore = false;
let refresh = () => {};

function feedback(searchId, itemId, kind) {
  if (!hasStore || !searchId) return Promise.resolve();
  return ask("/v1/feedback", { json: { search_id: searchId, item_id: itemId, kind }, quiet: true });
}

// What was only to be told is not worth a word to the visitor if it could not be.
const tell = (...told) => feedback(...told).catch(() => {});

const ACTS = {
  similar({ item }, searchId) {
    tell(searchId, item.item_id, "click");
    goAbout({ item: item.item_id }, { q: "" });
  },
  look({ item }, searchId) {
    tell(searchId, item.item_id, "click");
    goAbout({ look: item.item_id }, { q: "" });
  },
  async not({ item }, searchId) {
    hide(item.item_id);
    toast(t("act.not.done", { title: item.title }), { text: t("act.undo"), act: () => hide(item.item_id, false) });
    await feedback(searchId, item.item_id, "dismiss").catch(() => toast(t("act.not.untold")));
  },
  view: (product) => shop(product, "view_item", "act.view.done"),
  buy: (product) => shop(product, "purchase", "act.buy.done"),
};

async function shop({ item }, eventName, done) {
  try {
    await record(view().user, eventName, item);
  } catch (error) {
    if (error.status === undefined) throw error;
    toast(t("act.failed"));
    return;
  }
  toast(t(done, { title: item.title, user: view().user }));
  await refresh();
}

/**
 * Let products be acted on.
 *
 * @param {{store: boolean, changed: Function}} options whether there is a store to tell, and who
 *   asks again after a shopper did something
 */
export function startActs({ store, changed }) {
  hasStore = store;
  refresh = changed;
  find("cards").addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (!button) return;
    const { searchId, product } = shownAs(button.closest("[data-item]").dataset.item);
    if (product) ACTS[button.dataset.act](product, searchId);
  });
}
