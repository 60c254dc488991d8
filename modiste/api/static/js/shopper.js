// Who shops, in a demo: chosen among those of the shop, with what they bought and looked at.

import { ask } from "./api.js";
import { element, find, icon } from "./dom.js";
import { t } from "./i18n.js";
import { photoAddress, showItem } from "./item_photo.js";
import { go } from "./view.js";

const N_LISTED = 100;
const N_SHOWN = 10;
const DONE = { purchase: "bought", view_item: "looked" };
const shoppers = new Map();
const titles = new Map();
let listed = null;
let turn = 0;

/** Tell the service what a shopper did with an item; resolves once it is on disk. */
export async function record(userId, eventName, item) {
  titles.set(item.item_id, item.title);
  const event = {
    event_id: [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(16).padStart(8, "0")).join(""),
    user_id: userId,
    event_name: eventName,
    item_id: item.item_id,
    event_time: new Date().toISOString(),
  };
  if (eventName === "purchase") event.quantity = 1;
  return ask("/v1/events", { json: event });
}

/** Show who is chosen and what they did, latest first. */
export async function showShopper(userId) {
  if (!listed) return;
  const mine = ++turn;
  await listed;
  if (mine !== turn) return;
  find("shopper").value = userId;
  // A link may name one who is not in the list.
  if (userId && find("shopper").value !== userId) {
    find("shopper").append(new Option(userId, userId));
    find("shopper").value = userId;
  }
  const done = userId ? [...(await sinceRelease(userId)), ...before(userId)] : [];
  if (mine !== turn) return;
  // Of one who is not listed, what the release knows is not known here.
  find("shopper-history").hidden = !userId || !(done.length || shoppers.has(userId));
  find("shopper-none").hidden = done.length > 0;
  find("shopper-done").replaceChildren(...done.slice(0, N_SHOWN).map(entry));
}

const before = (userId) =>
  (shoppers.get(userId)?.bought ?? []).map((itemId, nth) => ({ itemId, kind: "purchase", title: shoppers.get(userId).last_bought[nth] }));

async function sinceRelease(userId) {
  try {
    const { events } = await ask(`/v1/users/${encodeURIComponent(userId)}`, { quiet: true });
    const own = events.filter((one) => one.item_id && one.event_name in DONE).reverse();
    const latest = [...new Map(own.map((one) => [`${one.event_name} ${one.item_id}`, one])).values()];
    return Promise.all(latest.slice(0, N_SHOWN).map(async (one) => ({ itemId: one.item_id, kind: one.event_name, title: await titleOf(one.item_id) })));
  } catch (error) {
    if (error.status === undefined) throw error;
    return []; // without a store there is nothing since
  }
}

async function titleOf(itemId) {
  if (!titles.has(itemId)) {
    const item = await ask(`/v1/items/${encodeURIComponent(itemId)}`, { quiet: true }).catch(() => ({ title: itemId }));
    titles.set(itemId, item.title);
  }
  return titles.get(itemId);
}

function entry({ itemId, kind, title }) {
  const image = element("img", { alt: t(`shopper.${DONE[kind]}`, { title }), title, width: 48, height: 64, loading: "lazy", decoding: "async" });
  const made = element("li", { class: "done" }, image, icon(kind === "purchase" ? "bag" : "eye"));
  showItem(made, image, { image: photoAddress(itemId) });
  return made;
}

async function list() {
  try {
    const { users } = await ask(`/v1/users?limit=${N_LISTED}`, { quiet: true });
    for (const one of users) {
      shoppers.set(one.user_id, one);
      find("shopper").append(new Option(t("shopper.option", { user: one.user_id, n: one.n_purchases }), one.user_id));
    }
  } catch (error) {
    if (error.status === undefined) throw error;
    find("shopper-bar").hidden = true; // a key without the right to list them
  }
}

/** Let the visitor choose a shopper. */
export function startShopper() {
  if (!find("shopper")) return;
  listed = list();
  find("shopper").addEventListener("change", () => go({ user: find("shopper").value, order: "" }));
}
