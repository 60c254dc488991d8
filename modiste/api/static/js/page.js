// The page is one more client of the service: its parts, put together.

import { startActs } from "./acts.js";
import { ask } from "./api.js";
import { showBox, startBox } from "./box.js";
import { showGarment } from "./chips.js";
import { element, find } from "./dom.js";
import { showFacets, startFacets } from "./facets.js";
import { startHeader } from "./header.js";
import { priceFormat, t } from "./i18n.js";
import { showItem } from "./item_photo.js";
import { photoOf, showStage, startPhoto } from "./photo.js";
import { showPhrase } from "./phrase.js";
import { onAnswer, showResults, startResults } from "./results.js";
import { showShopper, startShopper } from "./shopper.js";
import { showProblem, startStates } from "./states.js";
import { go, goAbout, hasPhoto, isFiltered, onView, view } from "./view.js";

const { currency, demo, store } = document.body.dataset;
const price = priceFormat(currency);
let turn = 0;

async function show(shown, { back = false, fresh = false } = {}) {
  const mine = ++turn;
  find("q").value = shown.q;
  showOrder(shown);
  // What goes with an item is not filtered.
  find("shop").classList.toggle("all", Boolean(shown.look));
  showFacets(shown);
  showShopper(shown.user);
  let photo = null;
  try {
    photo = await photoOf(shown);
  } catch (error) {
    showProblem(error, () => show(view()));
    return;
  }
  if (mine !== turn) return;
  find("photo-elsewhere").hidden = !hasPhoto(shown) || Boolean(photo);
  showStage(photo);
  find("box-reset").hidden = !shown.box;
  const title = await showSubject(shown);
  if (mine !== turn) return;
  find("heading").replaceChildren(...heading(shown, title));
  document.title = `${find("heading").textContent} · modiste`;
  await showResults(shown, photo, { back, fresh });
}

// The item that others are like, or go with.
async function showSubject(shown) {
  const itemId = shown.item || shown.look;
  find("subject").hidden = !itemId;
  if (!itemId) return null;
  const item = await ask(`/v1/items/${encodeURIComponent(itemId)}`).catch(() => ({ item_id: itemId, title: itemId, image: null }));
  const image = element("img", { alt: "", width: 54, height: 72 });
  find("subject-photo").className = "thumb";
  find("subject-photo").replaceChildren(image);
  showItem(find("subject-photo"), image, item);
  find("subject-title").textContent = item.title;
  find("subject-what").textContent = t(shown.look ? "subject.look" : "subject.item");
  return item.title;
}

function heading(shown, title) {
  if (hasPhoto(shown)) return quoting(shown.q ? "heading.photo_and_phrase" : "heading.photo", "phrase", shown.q);
  if (shown.look) return quoting("heading.look", "title", title);
  if (shown.item) return quoting("heading.item", "title", title);
  if (shown.q) return quoting("heading.phrase", "phrase", shown.q);
  if (shown.user) return quoting("heading.user", "user", shown.user);
  return [t(isFiltered(shown) ? "heading.filtered" : "heading.home")];
}

// What others wrote may run in the other direction.
function quoting(key, name, value) {
  const parts = t(key).split(`{${name}}`);
  return parts.flatMap((part, nth) => (nth ? [element("bdi", { text: value }), part] : [part]));
}

function showOrder(shown) {
  for (const one of find("order").querySelectorAll("input")) one.checked = one.value === (shown.order || "rank");
}

function showAnswer(answer) {
  showGarment(answer?.garment ?? null);
  showBox(answer?.garment?.box ?? null);
  showPhrase(answer?.phrase ?? null, answer?.refinement, price);
  find("understanding").hidden = !answer?.garment && !answer?.phrase;
  find("release").textContent = answer?.release_id ?? "–";
}

function isAboutElse(shown, before) {
  return ["q", "photo", "sample", "item", "look"].some((name) => shown[name] !== before[name]);
}

function start() {
  startHeader();
  startStates();
  startResults({ price, shops: Boolean(demo && store) });
  startFacets(price);
  find("box-reset").addEventListener("click", () => go({ box: null }, { replace: true }));
  startBox((box) => go({ box }, { replace: true }));
  startPhoto({ samples: Boolean(demo) });
  startShopper();
  startActs({ store: Boolean(store), changed: () => show(view(), { fresh: true }) });
  onAnswer(showAnswer);
  find("search").addEventListener("submit", (event) => {
    event.preventDefault();
    const q = find("q").value.trim();
    // A phrase refines a photo or an item that is asked about; what goes with one takes none.
    if (view().look) goAbout({}, { q });
    else go({ q });
  });
  find("subject-remove").addEventListener("click", () => goAbout({}));
  find("order").addEventListener("change", (event) => go({ order: event.target.value === "rank" ? "" : event.target.value }, { replace: true }));
  let before = view();
  onView((shown, how) => {
    const isElse = isAboutElse(shown, before);
    before = shown;
    show(shown, how);
    if (isElse && !how.back) bringIntoView();
  });
  show(view(), { back: true });
  performance.mark("interactive"); // everything can be used from here on
}

// On a phone the answer lies below the form.
function bringIntoView() {
  const { top } = find("results").getBoundingClientRect();
  const target = hasPhoto(view()) ? find("search-panel") : find("results");
  if (top < 0 || top > 0.6 * innerHeight) target.scrollIntoView({ block: "start" });
}

start();
