// What was searched for in vain: words nobody understood, and nothing found.

import { ask } from "../api.js";
import { announce, element, find } from "../dom.js";
import { list, number, percent, t } from "../i18n.js";
import { table, tiles } from "./tables.js";
import { complain, moment, named, own, waiting } from "./words.js";

/** Bring the view to life; returns what shows it. */
export function startSearches() {
  const days = find("searches-days");
  days.addEventListener("change", show);
  find("searches-again").addEventListener("click", show);
  return show;

  async function show() {
    const body = find("searches-body");
    body.setAttribute("aria-busy", "true");
    if (!body.childElementCount) body.append(waiting());
    try {
      const missed = await ask(`/v1/searches/missed?days=${days.value}&limit=100`);
      body.replaceChildren(...told(missed));
      announce(t("searches.told", { n: missed.n_searches }));
    } catch (problem) {
      complain(body, problem);
    }
    body.removeAttribute("aria-busy");
  }
}

function told(missed) {
  const shareOf = (part, whole) => (whole ? t("searches.share", { share: percent(part / whole) }) : null);
  return [
    tiles([
      [t("searches.all"), number(missed.n_searches), t("searches.with_phrase", { n: missed.n_phrases })],
      [t("searches.not_understood"), number(missed.n_not_understood), shareOf(missed.n_not_understood, missed.n_searches)],
      [t("searches.empty"), number(missed.n_empty), shareOf(missed.n_empty, missed.n_searches)],
    ]),
    words(missed.words),
    phrases(missed.phrases),
    empty(missed.empty),
  ];
}

const counted = (one) => [number(one.n_searches), moment(one.last_at), moment(one.first_at)];
const columns = (...names) => [
  ...names.map((name) => t(`searches.${name}`)),
  { text: t("searches.times"), class: "number" },
  t("searches.last"),
  t("searches.first"),
];

function words(found) {
  return table({
    caption: t("searches.words"),
    columns: columns("word", "for_example"),
    rows: found.map((one) => [chip(one.word), one.phrase ? own(one.phrase) : "–", ...counted(one)]),
    empty: t("searches.words.none"),
  });
}

function phrases(found) {
  return table({
    caption: t("searches.phrases"),
    columns: columns("phrase", "words_missed"),
    rows: found.map((one) => [own(one.phrase), chips(one.not_understood.map(chip)), ...counted(one)]),
    empty: t("searches.phrases.none"),
  });
}

function empty(found) {
  return table({
    caption: t("searches.nothing"),
    columns: columns("asked", "filters"),
    rows: found.map((one) => [asked(one), filters(one.filters), ...counted(one)]),
    empty: t("searches.nothing.none"),
  });
}

function asked(one) {
  const parts = [];
  if (one.phrase) parts.push(own(one.phrase));
  if (one.item_id) parts.push(element("span", {}, `${t("searches.like_item")} `, own(one.item_id)));
  if (one.has_photo) parts.push(element("span", { class: "chip", text: t("searches.photo") }));
  if (parts.length) return chips(parts);
  return t(one.filters ? "searches.only_filters" : "searches.no_question");
}

function filters(text) {
  if (!text) return "–";
  const made = Object.entries(JSON.parse(text)).map(([name, value]) =>
    element("span", { class: "chip" }, `${named("filter", name)}: `, own(written(value))),
  );
  return chips(made);
}

function written(value) {
  if (Array.isArray(value)) return list(value.map(written));
  if (value === null || typeof value !== "object") return typeof value === "number" ? number(value) : String(value);
  const { min, max, any, all, not } = value;
  const parts = [any, all].filter(Boolean).map(written);
  if (not) parts.push(t("searches.filter_not", { names: written(not) }));
  if (min !== undefined) parts.push(`≥ ${number(min)}`);
  if (max !== undefined) parts.push(`≤ ${number(max)}`);
  return parts.join(", ");
}

const chip = (word) => own(word, { class: "chip unknown" });
const chips = (made) => element("span", { class: "chips" }, ...made);
