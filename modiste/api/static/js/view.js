// What is shown lives in the address, so that a link, a reload and the back button bring it back.

const LISTS = ["type", "category", "color", "pattern", "brand", "want", "avoid", "avoid_category", "ignore"];
const TEXTS = ["q", "photo", "sample", "item", "look", "user", "order"];
const NUMBERS = ["min", "max"];
/** Facets that are chosen by name; `new`, `min` and `max` are the others. */
export const FACETS = LISTS.slice(0, 5);
/** What was said about a photo, forgotten with it. */
export const OF_PHOTO = { box: null, want: [], avoid: [], avoid_category: [], ignore: [] };
const NO_SUBJECT = { photo: "", sample: "", item: "", look: "" };

const listeners = [];
let placeNow = () => ({});
let current = read();

/** Return the view that the address names; what cannot be read is left out. */
export function read(search = location.search) {
  const said = new URLSearchParams(search);
  const view = { box: boxOf(said.get("box")), new: said.get("new") === "1" };
  for (const name of LISTS) view[name] = [...new Set(said.getAll(name).filter(Boolean))];
  for (const name of TEXTS) view[name] = said.get(name) ?? "";
  for (const name of NUMBERS) view[name] = numberOf(said.get(name));
  return view;
}

function numberOf(text) {
  const found = Number(text);
  return text && Number.isFinite(found) && found >= 0 ? found : null;
}

function boxOf(text) {
  const edges = (text ?? "").split(",").map(Number);
  const [x1, y1, x2, y2] = edges;
  const isBox = edges.length === 4 && edges.every((edge) => edge >= 0 && edge <= 1);
  return isBox && x1 < x2 && y1 < y2 ? edges : null;
}

/** Return the address of a view. */
export function address(view) {
  const said = new URLSearchParams();
  for (const name of TEXTS) if (view[name]) said.set(name, view[name]);
  for (const name of LISTS) for (const one of view[name]) said.append(name, one);
  for (const name of NUMBERS) if (view[name] !== null) said.set(name, String(view[name]));
  if (view.box) said.set("box", view.box.map((edge) => edge.toFixed(4)).join(","));
  if (view.new) said.set("new", "1");
  // A link in a language stays in it.
  const lang = new URLSearchParams(location.search).get("lang");
  if (lang) said.set("lang", lang);
  const search = said.toString();
  return search ? `/?${search}` : "/";
}

export const view = () => current;

/** Be told of every change: `listener(view, {back})`, `back` where the browser went back or on. */
export function onView(listener) {
  listeners.push(listener);
}

function tell(options) {
  for (const listener of listeners) listener(current, options);
}

/** Change the view; what is not named stays. With `replace` the back button skips this one. */
export function go(changes, { replace = false } = {}) {
  const next = { ...current, ...changes };
  const target = address(next);
  if (target === address(current)) return;
  if (replace) history.replaceState(history.state, "", target);
  else {
    keepPlace();
    history.pushState(null, "", target);
  }
  current = next;
  tell({ back: false });
}

/** Say who tells where in the view the visitor is, for the history to keep. */
export function onPlace(tells) {
  placeNow = tells;
}

/** Keep in the history where the visitor is. */
export function keepPlace() {
  history.replaceState(placeNow(), "");
}

/** Ask about something else: one of photo, sample, item and look, or none. */
export function goAbout(subject, changes = {}) {
  go({ ...NO_SUBJECT, ...OF_PHOTO, ...subject, ...changes });
}

/** Return whether anything is filtered by. */
export function isFiltered(shown) {
  return FACETS.some((name) => shown[name].length > 0) || shown.new || shown.min !== null || shown.max !== null;
}

export const NO_FILTERS = { type: [], category: [], color: [], pattern: [], brand: [], min: null, max: null, new: false };

export const hasPhoto = (shown) => Boolean(shown.photo || shown.sample);

addEventListener("popstate", () => {
  const next = read();
  // The skip link changes the address too, and no view.
  if (address(next) === address(current)) return;
  current = next;
  tell({ back: true });
});
