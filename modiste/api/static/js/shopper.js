// Who shops, in a demo: chosen among those of the shop, with what they bought and looked at.

import { ask } from "./api.js";
import { element, find, icon } from "./dom.js";
import { t } from "./i18n.js";
import { showItem } from "./item_photo.js";
import { go } from "./view.js";

const N_LISTED = 100;
const N_SHOWN = 8;
const DONE = { purchase: "bought", view_item: "looked" };
const shoppers = new Map();
const items = new Map();
let listed = null;
let turn = 0;

/** Tell the service what a shopper did with an item; resolves once it is on disk. */
export async function record(userId, eventName, item) {
  items.set(item.item_id, item);
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
  // Its place is kept at once, so that what lies below does not move when it comes.
  find("shopper-history").hidden = !userId;
  await listed;
  if (mine !== turn) return;
  find("shopper").value = userId;
  // A link may name one who is not in the list.
  if (userId && find("shopper").value !== userId) {
    find("shopper").append(new Option(userId, userId));
    find("shopper").value = userId;
  }
  const done = userId ? await doneBy(userId) : [];
  if (mine !== turn) return;
  // Of one who is not listed, what the release knows is not known here.
  find("shopper-history").hidden = !userId || !(done.length || shoppers.has(userId));
  find("shopper-none").hidden = done.length > 0;
  find("shopper-done").replaceChildren(...done.map(entry));
}

async function doneBy(userId) {
  const before = (shoppers.get(userId)?.bought ?? []).map((itemId) => ({ itemId, kind: "purchase" }));
  const all = [...(await sinceRelease(userId)), ...before].slice(0, N_SHOWN);
  return Promise.all(all.map(async ({ itemId, kind }) => ({ kind, item: await itemOf(itemId) })));
}

async function sinceRelease(userId) {
  try {
    const { events } = await ask(`/v1/users/${encodeURIComponent(userId)}`, { quiet: true });
    const own = events.filter((one) => one.item_id && one.event_name in DONE).reverse();
    const told = new Set();
    const isFirst = (one) => !told.has(`${one.kind} ${one.itemId}`) && told.add(`${one.kind} ${one.itemId}`);
    return own.map((one) => ({ itemId: one.item_id, kind: one.event_name })).filter(isFirst);
  } catch (error) {
    if (error.status === undefined) throw error;
    return []; // without a store there is nothing since
  }
}

async function itemOf(itemId) {
  if (!items.has(itemId)) {
    const unknown = { item_id: itemId, title: itemId, image: null };
    items.set(itemId, await ask(`/v1/items/${encodeURIComponent(itemId)}`, { quiet: true }).catch(() => unknown));
  }
  return items.get(itemId);
}

function entry({ item, kind }) {
  const words = t(`shopper.${DONE[kind]}`, { title: item.title });
  const image = element("img", { alt: "", title: words, width: 48, height: 64, loading: "lazy", decoding: "async" });
  const said = element("span", { class: "visually-hidden", text: words });
  const made = element("li", { class: "done" }, image, icon(kind === "purchase" ? "bag" : "eye"), said);
  showItem(made, image, item);
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
