// The list of products: asked for, shown, gone on with, and found again by the back button.

import { ask } from "./api.js";
import { card } from "./cards.js";
import { announce, element, find } from "./dom.js";
import { t } from "./i18n.js";
import { moving, ordered } from "./order.js";
import { noteText } from "./reasons.js";
import { PAGE, requestFor } from "./request.js";
import { showProblem, showSkeletons } from "./states.js";
import { address, view } from "./view.js";

const MOST_KEPT = 20;
const ASKED_AT_MOST = 96;

// Lists by address, so that the back button shows them as they were, at once.
const kept = new Map();
const hidden = new Set();
const listeners = [];
let settings = null;
let current = null;
let asking = null;

/** Be told of each answer's first page: `listener(answer)`; null while there is none. */
export function onAnswer(listener) {
  listeners.push(listener);
}

/**
 * Show the products of a view.
 *
 * @param {object} shown a view
 * @param {?Blob} photo
 * @param {{back?: boolean, fresh?: boolean}} how `back` takes a kept list, `fresh` asks again
 *   though nothing of the view changed
 */
export async function showResults(shown, photo, { back = false, fresh = false } = {}) {
  const name = address({ ...shown, order: "" });
  if (fresh) kept.clear();
  const known = kept.get(name);
  if (known && (back || known === current)) {
    asking?.abort();
    setBusy(false);
    present(known, shown);
    if (back) scrollTo({ top: history.state?.top ?? 0, behavior: "instant" });
    return;
  }
  const found = { name, photo, products: [], cursor: null, searchId: null, first: null };
  const n = back ? Math.min(ASKED_AT_MOST, Math.max(PAGE, history.state?.n ?? 0)) : PAGE;
  const answer = await fetchPage(found, shown, n);
  if (!answer) return;
  keep(found);
  present(found, shown);
  if (back) scrollTo({ top: history.state?.top ?? 0, behavior: "instant" });
  announce(countText(found));
}

async function fetchPage(found, shown, k) {
  asking?.abort();
  const mine = new AbortController();
  asking = mine;
  setBusy(true, { stale: !found.first });
  if (!current) showSkeletons(find("cards"));
  try {
    const answer = await asked(found, shown, k, mine.signal);
    found.first ??= answer;
    found.searchId = answer.search_id ?? null;
    found.cursor = answer.next_cursor ?? null;
    // Scores compare within a page, so a page is put in order by itself.
    found.products.push(answer.recommendations);
    showProblem(null);
    return answer;
  } catch (error) {
    if (error.name === "AbortError") return null;
    showProblem(error, () => showResults(view(), found.photo));
    if (!found.first) clear();
    return null;
  } finally {
    if (asking === mine) setBusy(false);
  }
}

async function asked(found, shown, k, signal) {
  const rest = { photo: found.photo, cursor: found.cursor, hidden: [...hidden] };
  const [path, options] = requestFor(shown, { ...rest, k });
  try {
    return await ask(path, { ...options, signal });
  } catch (error) {
    // A shop smaller than a page refuses the number; without one it answers what it has.
    if (error.status !== 422 || !/\bk must\b/.test(error.detail)) throw error;
    const [, fewer] = requestFor(shown, { ...rest, k: null });
    return ask(path, { ...fewer, signal });
  }
}

function keep(found) {
  kept.delete(found.name);
  kept.set(found.name, found);
  if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value);
}

function clear() {
  current = null;
  find("cards").replaceChildren();
  find("count").textContent = "";
  find("more").hidden = true;
  for (const listener of listeners) listener(null);
}

/** Return the products of a list in the order of a view. */
function productsOf(found, shown) {
  return found.products.flatMap((page) => ordered(page, shown.order)).filter((one) => !hidden.has(one.item_id));
}

function present(found, shown) {
  const isOther = current !== found;
  current = found;
  for (const listener of isOther ? listeners : []) listener(found.first);
  showNotes(found.first.notes);
  showCards();
  find("count").textContent = countText(found);
  find("more").hidden = !found.cursor;
  find("order").hidden = !shown.user || !isAsked(shown);
}

const isAsked = (shown) => Boolean(shown.q || shown.photo || shown.sample || shown.item || shown.look);

function countText(found) {
  const n = found.products.flat().filter((one) => !hidden.has(one.item_id)).length;
  return found.cursor ? t("results.count_more", { n }) : t("results.count", { n });
}

function howShown(shown) {
  const personal = Boolean(shown.user);
  return { ...settings, matches: isAsked(shown), personal, shops: settings.shops && personal };
}

/** Put the cards of the current list in place, each moving from where it was. */
function showCards() {
  const shown = view();
  const list = find("cards");
  const products = productsOf(current, shown);
  const before = new Map([...list.children].map((one) => [one.dataset.item, one]));
  const focus = focusIn(list);
  const how = howShown(shown);
  moving(list, () => {
    list.replaceChildren(...products.map((one) => card(one, how, before.get(one.item_id))));
  });
  refocus(list, focus);
  find("empty").hidden = products.length > 0;
}

function focusIn(list) {
  const active = document.activeElement;
  if (!list.contains(active)) return null;
  return { item: active.closest("[data-item]")?.dataset.item, act: active.dataset.act };
}

function refocus(list, focus) {
  if (!focus) return;
  const card = list.querySelector(`[data-item="${CSS.escape(focus.item ?? "")}"]`);
  (card?.querySelector(`[data-act="${focus.act}"]`) ?? find("results")).focus({ preventScroll: true });
}

function showNotes(notes) {
  const said = notes.map(noteText).filter(Boolean);
  find("notes").hidden = said.length === 0;
  find("notes").replaceChildren(...said.map(({ text, lang }) => element("li", { text, lang, dir: lang && "ltr" })));
}

function setBusy(busy, { stale = false } = {}) {
  find("cards").setAttribute("aria-busy", String(busy));
  find("cards").classList.toggle("stale", stale);
  find("progress").hidden = !busy;
}

async function showMore() {
  if (!current?.cursor || find("cards").getAttribute("aria-busy") === "true") return;
  const found = current;
  const n = found.products.flat().length;
  if (!(await fetchPage(found, view(), PAGE)) || current !== found) return;
  const shown = view();
  const how = howShown(shown);
  const products = ordered(found.products.at(-1), shown.order).filter((one) => !hidden.has(one.item_id));
  find("cards").append(...products.map((one) => card(one, how)));
  find("count").textContent = countText(found);
  find("more").hidden = !found.cursor;
  if (document.activeElement === find("more-button")) find("cards").children[n]?.querySelector("[data-act]")?.focus();
  announce(countText(found));
}

/** Return the search that a product was shown by, and the product. */
export function shownAs(itemId) {
  const product = current?.products.flat().find((one) => one.item_id === itemId);
  return { searchId: current?.searchId ?? null, product };
}

/** Hide an item from this and later lists, or show it again. */
export function hide(itemId, isHidden = true) {
  if (isHidden) hidden.add(itemId);
  else hidden.delete(itemId);
  if (current) showCards();
  if (current) find("count").textContent = countText(current);
}

/** Keep in the history where the visitor is in the list. */
function keepPlace() {
  const n = current?.products.flat().length ?? 0;
  history.replaceState({ ...history.state, top: Math.round(scrollY), n }, "");
}

/**
 * Start the list.
 *
 * @param {{price: Intl.NumberFormat, shops: boolean}} options how cards are shown
 */
export function startResults(options) {
  settings = options;
  history.scrollRestoration = "manual";
  addEventListener("scrollend", keepPlace);
  addEventListener("pagehide", keepPlace);
  find("more-button").addEventListener("click", showMore);
  new IntersectionObserver(
    (entries) => entries.some((one) => one.isIntersecting) && showMore(),
    { rootMargin: "900px" },
  ).observe(find("more"));
}
