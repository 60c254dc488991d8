// How the board writes times, sizes and what went wrong.

import { element } from "../dom.js";
import { has, language, number, t, timeFormat } from "../i18n.js";

const moments = timeFormat({ dateStyle: "medium", timeStyle: "short" });
const days = timeFormat({ dateStyle: "medium" });
const hours = timeFormat({ hour: "numeric" });
const minutes = timeFormat({ hour: "numeric", minute: "2-digit" });
const weekdays = timeFormat({ weekday: "short", day: "numeric" });
const decimals = new Intl.NumberFormat(language, {
  minimumFractionDigits: 3,
  maximumFractionDigits: 3,
});
const signed = new Intl.NumberFormat(language, {
  minimumFractionDigits: 3,
  maximumFractionDigits: 3,
  signDisplay: "exceptZero",
});
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"];

export const moment = (text) => moments.format(new Date(text));
export const day = (text) => days.format(new Date(text));
export const hour = (date) => hours.format(date);
export const minute = (date) => minutes.format(date);
export const weekday = (date) => weekdays.format(date);
export const figure = (value) => (Number.isInteger(value) ? number(value) : decimals.format(value));
export const share = (value) => decimals.format(value);
export const difference = (value) => signed.format(value);

/** Return a number of bytes as people write it. */
export function size(bytes) {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
  const format = new Intl.NumberFormat(language, {
    style: "unit",
    unit: UNITS[power],
    maximumSignificantDigits: 3,
  });
  return format.format(bytes / 1000 ** power);
}

/** Return the text of a key made of a name that may be another release's or version's. */
export function named(area, name) {
  const key = `${area}.${name}`;
  return has(key) ? t(key) : name.replaceAll("_", " ");
}

/** Return what went wrong, in words. */
export function telling(problem) {
  const key = `problem.${problem.status ?? "other"}`;
  const said = has(key) ? t(key) : t("problem.other");
  return problem.detail ? `${said} ${problem.detail}` : said;
}

/** Put what went wrong where an answer would have stood. */
export function complain(place, problem) {
  place.replaceChildren(element("p", { class: "problem", role: "alert", text: telling(problem) }));
}

/** What stands where an answer will. */
export const waiting = () => element("p", { class: "waiting", text: t("board.loading") });

/** A name of the service's or the shop's own, whose language may be another. */
export const own = (text, options = {}) => element("bdi", { ...options, text });
