// The list of products: asked for, shown, gone on with, and found again by the back button.

import { ask } from "./api.js";
import { card } from "./cards.js";
import { announce, element, find } from "./dom.js";
import { t } from "./i18n.js";
import { moving, ordered } from "./order.js";
import { noteText } from "./reasons.js";
import { PAGE, requestFor } from "./request.js";
import { showProblem, showSkeletons } from "./states.js";
import { address, keepPlace, onPlace, view } from "./view.js";

const MOST_KEPT = 20;
const ASKED_AT_MOST = 96;
const AT_ONCE = 6;

// Lists by address, so that the back button shows them as they were, at once.
const kept = new Map();
const hidden = new Set();
const listeners = [];
let settings = null;
let current = null;
let asking = null;
let isAppending = false;
const nearEnd = new IntersectionObserver(
  (entries) => entries.some((one) => one.isIntersecting) && showMore(),
  { rootMargin: "900px" },
);

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
    showProblem(null);
    present(known, shown);
    if (back) returnTo(history.state ?? {});
    return;
  }
  const found = { name, photo, products: [], cursor: null, searchId: null, first: null };
  const n = back ? Math.min(ASKED_AT_MOST, Math.max(PAGE, history.state?.n ?? 0)) : PAGE;
  const answer = await fetchPage(found, shown, n);
  if (!answer) return;
  keep(found);
  present(found, shown);
  if (back) returnTo(history.state ?? {});
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
    showProblem(error, () => (found.first ? showMore() : showResults(view(), found.photo)));
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

// So few at a time that the page goes on scrolling while they come.
async function append(found, products) {
  const list = find("cards");
  for (let nth = 0; nth < products.length; nth += AT_ONCE) {
    if (nth) await new Promise(requestAnimationFrame);
    if (current !== found) return;
    // A change in between may have shown all of them.
    const there = new Set([...list.children].map((one) => one.dataset.item));
    const coming = products.slice(nth, nth + AT_ONCE).filter((one) => !there.has(one.item_id));
    const how = howShown(view());
    list.append(...coming.map((one) => card(one, how)));
  }
}

async function showMore() {
  if (!current?.cursor || isAppending || find("cards").getAttribute("aria-busy") === "true") return;
  isAppending = true;
  const went = await goOn().finally(() => {
    isAppending = false;
  });
  // Where it failed, the visitor says when to try again.
  if (went) watchEnd();
}

/** Go on when the end of the list comes near, also where it is near already. */
function watchEnd() {
  nearEnd.unobserve(find("more"));
  nearEnd.observe(find("more"));
}

async function goOn() {
  const found = current;
  const n = found.products.flat().length;
  if (!(await fetchPage(found, view(), PAGE)) || current !== found) return false;
  const coming = ordered(found.products.at(-1), view().order).filter((one) => !hidden.has(one.item_id));
  await append(found, coming);
  if (current !== found) return false;
  find("count").textContent = countText(found);
  find("more").hidden = !found.cursor;
  if (document.activeElement === find("more-button")) find("cards").children[n]?.querySelector("[data-act]")?.focus();
  announce(countText(found));
  return true;
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

// By the first card that can be seen: those far away have not got their height yet.
function placeInList() {
  const n = current?.products.flat().length ?? 0;
  const place = { n, top: Math.round(scrollY) };
  const list = find("cards");
  if (list.getBoundingClientRect().top >= 0) return place;
  const first = [...list.children].find((one) => one.getBoundingClientRect().bottom > 0);
  return first ? { ...place, item: first.dataset.item, offset: first.getBoundingClientRect().top } : place;
}

function returnTo({ item, offset, top }) {
  const go = () => {
    const card = item && find("cards").querySelector(`[data-item="${CSS.escape(item)}"]`);
    if (card) scrollBy({ top: card.getBoundingClientRect().top - offset, behavior: "instant" });
    else scrollTo({ top: top ?? 0, behavior: "instant" });
  };
  go();
  // Again when those near it have their height.
  requestAnimationFrame(() => requestAnimationFrame(go));
}

/**
 * Start the list.
 *
 * @param {{price: Intl.NumberFormat, shops: boolean}} options how cards are shown
 */
export function startResults(options) {
  settings = options;
  history.scrollRestoration = "manual";
  onPlace(placeInList);
  addEventListener("scrollend", keepPlace);
  addEventListener("pagehide", keepPlace);
  find("more-button").addEventListener("click", showMore);
  watchEnd();
}
