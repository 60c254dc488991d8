// How the phrase was read: understood, corrected, not understood.

import { element, find } from "./dom.js";
import { list, percent, t } from "./i18n.js";

const chip = (className, ...children) => element("li", { class: `chip ${className}` }, ...children);
const word = (text) => element("bdi", { text });

function understood({ words, name, weight }) {
  const same = words.toLowerCase() === name.toLowerCase();
  const meant = word(name);
  const parts = weight < 0 ? t("phrase.not").split("{name}") : ["", ""];
  const shown = element("span", {}, parts[0], meant, parts[1]);
  const typed = same ? [] : [word(words), element("span", { class: "arrow", text: "→", "aria-hidden": "true" })];
  const sure = same || Math.abs(weight) >= 1 ? null : element("small", { text: percent(Math.abs(weight)) });
  return chip(weight < 0 ? "avoid" : "read", ...typed, shown, sure);
}

function limits(filters, price) {
  return Object.entries(filters).map(([name, value]) => {
    if (name === "price") return chip("read", element("span", { text: priceText(value, price) }));
    const names = Array.isArray(value) ? value.map(String) : [String(value)];
    return chip("read", element("span", { text: `${name}: ${list(names)}`, dir: "auto" }));
  });
}

function priceText({ min, max }, price) {
  if (min !== undefined && max !== undefined) {
    return t("phrase.price_between", { min: price.format(min), max: price.format(max) });
  }
  return max === undefined
    ? t("phrase.price_min", { price: price.format(min) })
    : t("phrase.price_max", { price: price.format(max) });
}

const corrected = ([typed, meant]) =>
  chip("corrected", element("s", { text: typed, dir: "auto" }), element("span", { class: "arrow", text: "→", "aria-hidden": "true" }), word(meant));

const missed = (typed) => chip("unknown", word(typed));
const gone = (name) => chip("avoid", word(name));

function fill(name, chips) {
  find(`${name}-part`).hidden = chips.length === 0;
  find(name).replaceChildren(...chips);
}

/** Show how a phrase was read, with `price` to write limits; null shows nothing. */
export function showPhrase(phrase, refinement, price) {
  find("read").hidden = !phrase;
  if (!phrase) return;
  fill("understood", [...phrase.matched.map(understood), ...limits(phrase.filters, price)]);
  fill("corrected", Object.entries(phrase.corrected).map(corrected));
  fill("replaced", (refinement?.removed ?? []).map(gone));
  fill("missed", phrase.not_understood.map(missed));
}
