// What the network saw, as chips: one press requires a word, the next avoids it, then leaves it out.

import { element, find, icon } from "./dom.js";
import { percent, t } from "./i18n.js";
import { go, view } from "./view.js";

const N_CATEGORIES = 3;
const N_ATTRIBUTES = 12;
const LEAST_CATEGORY = 0.05;
const STATES = ["plain", "want", "avoid", "ignore"];
const ICONS = { want: "check", avoid: "not", ignore: "drop" };
// Where the address keeps each state.
const NAMES = {
  category: { want: "category", avoid: "avoid_category", ignore: "ignore" },
  attribute: { want: "want", avoid: "avoid", ignore: "ignore" },
};

function stateOf(kind, name) {
  const shown = view();
  return STATES.find((state) => state !== "plain" && shown[NAMES[kind][state]].includes(name)) ?? "plain";
}

function press(kind, name) {
  const shown = view();
  const next = STATES[(STATES.indexOf(stateOf(kind, name)) + 1) % STATES.length];
  const changes = {};
  for (const list of Object.values(NAMES[kind])) changes[list] = shown[list].filter((one) => one !== name);
  if (next !== "plain") changes[NAMES[kind][next]].push(name);
  go(changes, { replace: true });
}

function chip(kind, name, score) {
  const state = stateOf(kind, name);
  const made = element(
    "button",
    { type: "button", class: `chip ${state}`, dataset: { chip: `${kind}:${name}`, state } },
    ...(state === "plain" ? [] : [icon(ICONS[state])]),
    element("span", { text: name, dir: "auto" }),
    score === null ? null : element("small", { text: percent(score) }),
    element("span", { class: "visually-hidden", text: t(`chip.${state}`) }),
  );
  made.addEventListener("click", () => press(kind, name));
  return element("li", {}, made);
}

/** Return names with their scores, and those that something was said about though not seen now. */
function withSaid(kind, scored, all) {
  const names = new Set(scored.map((one) => one.name));
  const shown = view();
  const said = ["want", "avoid"].flatMap((state) => shown[NAMES[kind][state]]);
  const unseen = [...said, ...shown.ignore.filter((one) => all.has(one))].filter((one) => !names.has(one));
  return [...scored, ...[...new Set(unseen)].map((name) => ({ name, score: null }))];
}

/** Show what the network saw in the photo; null shows nothing. */
export function showGarment(garment) {
  const section = find("seen");
  section.hidden = !garment;
  if (!garment) return;
  const focused = section.contains(document.activeElement) ? document.activeElement.dataset.chip : null;
  const scores = garment.category_scores;
  const categories = scores.filter((one, nth) => nth === 0 || one.score >= LEAST_CATEGORY);
  const known = new Set(scores.map((one) => one.name));
  const others = new Set(garment.attributes.map((one) => one.name));
  show("categories", "category", withSaid("category", categories.slice(0, N_CATEGORIES), known));
  show("attributes", "attribute", withSaid("attribute", garment.attributes.slice(0, N_ATTRIBUTES), others));
  find("no-attributes").hidden = find("attributes").children.length > 0;
  if (focused) section.querySelector(`[data-chip="${CSS.escape(focused)}"]`)?.focus();
}

function show(list, kind, scored) {
  find(list).replaceChildren(...scored.map(({ name, score }) => chip(kind, name, score)));
}
