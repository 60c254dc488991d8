// Why a product is shown, and what the service had to do without, in the page's language.
// The service says both in English; the other languages go by a reason's kind and a note's form.

import { isEnglish, list, t } from "./i18n.js";

const OF_HISTORY = new Set(["because_you_bought", "bought_again", "shoppers_like_you", "bought_together"]);
const OF_MATCH = new Set(["looks_like", "attributes", "goes_with"]);

/** Return `history`, `match` or an empty text, for its colour. */
export function sideOf({ kind }) {
  if (OF_HISTORY.has(kind)) return "history";
  return OF_MATCH.has(kind) ? "match" : "";
}

export const isBackfill = ({ kind }) => kind === "backfill";

/** Return a reason in words. */
export function reasonText(reason) {
  const { kind, text, names, titles } = reason;
  const words = isEnglish ? null : translated(kind, names, titles ?? [], text);
  const said = words ?? text;
  return said.charAt(0).toLocaleUpperCase() + said.slice(1);
}

function translated(kind, names, titles, text) {
  const title = titles[0];
  switch (kind) {
    case "looks_like":
      return title ? t("reason.looks_like_item", { title }) : t("reason.looks_like_photo");
    case "attributes":
      return names.length ? t("reason.attributes", { names: list(names) }) : null;
    case "because_you_bought":
      return title ? t("reason.because_you_bought", { title }) : null;
    case "bought_together": {
      const n = Number(/by (\d+) shoppers/.exec(text)?.[1]);
      return title && n ? t("reason.bought_together", { title, n }) : null;
    }
    case "goes_with":
      return names.length > 1 ? t("reason.goes_with", { one: names[0], other: names[1] }) : null;
    case "bought_again":
      return t("reason.bought_again");
    case "shoppers_like_you":
      return t("reason.shoppers_like_you");
    case "popular":
      return t("reason.popular");
    case "new":
      return t(text === "new this week" ? "reason.new_week" : "reason.new_month");
    case "pinned":
      return t("reason.pinned");
    case "backfill":
      return t("reason.backfill");
    default:
      return null;
  }
}

// What a list of another length says for itself is not said again.
const UNSAID = [
  /^Only \d+ items? may be shown; \d+ were asked for\.$/,
  // The reading of the phrase shows these.
  /^Read .+ as .+\.$/,
  /^Words not understood: /,
];
const NOTES = [
  [/^(\d+) of (\d+) items only complete the list, by popularity\.$/, ([n, of]) => t("note.backfill", { n: Number(n), of: Number(of) })],
  [/^Shopper '(.*)' is new to this release\.$/, ([user]) => t("note.new_shopper", { user })],
  [/^No item passes the filters? /, () => t("note.no_item")],
  [/^No item is in stock and not excluded\.$/, () => t("note.no_item")],
  [/^What this shopper did could not be read/, () => t("note.unread")],
  [/^No item is of price (.*); others are shown\.$/, () => t("note.price_unmet")],
];

/** Return a note as `{text, lang}`, or null where the page shows it otherwise. */
export function noteText(note) {
  if (UNSAID.some((form) => form.test(note))) return null;
  for (const [form, words] of NOTES) {
    const found = form.exec(note);
    if (found) return { text: words(found.slice(1)), lang: null };
  }
  return { text: note, lang: "en" };
}
