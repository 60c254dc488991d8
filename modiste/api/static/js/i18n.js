// Words, numbers and prices in the page's language; the server said which one.

const root = document.documentElement;

export const language = root.lang;
export const isEnglish = language === "en";

const texts = Object.assign({}, ...(await Promise.all(root.dataset.strings.split(" ").map(load))));
const plurals = new Intl.PluralRules(language);

async function load(address) {
  const answer = await fetch(address);
  return answer.json();
}

/** Return the text of a key; `{name}` in it becomes `values.name`, `values.n` chooses the plural. */
export function t(key, values = {}) {
  const found = texts[key];
  if (found === undefined) throw new Error(`no text for ${key}`);
  const text = typeof found === "string" ? found : (found[plurals.select(values.n)] ?? found.other);
  return text.replace(/\{(\w+)\}/g, (whole, name) => shown(values[name], whole));
}

/** Return whether there is a text for a key. */
export const has = (key) => key in texts;

function shown(value, whole) {
  if (value === undefined) return whole;
  return typeof value === "number" ? number(value) : String(value);
}

const numbers = new Intl.NumberFormat(language);
const percents = new Intl.NumberFormat(language, { style: "percent" });
const comma = language === "ar" ? "، " : ", ";

export const number = (value) => numbers.format(value);
export const percent = (share) => percents.format(share);
export const list = (names) => names.join(comma);

/** Return how prices are written in a currency, or as plain numbers without one. */
export function priceFormat(currency) {
  const style = currency ? { style: "currency", currency } : { minimumFractionDigits: 2 };
  return new Intl.NumberFormat(language, { maximumFractionDigits: 2, ...style });
}

/** Return how times are written. */
export const timeFormat = (options) => new Intl.DateTimeFormat(language, options);
