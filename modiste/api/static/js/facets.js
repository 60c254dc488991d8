// What there is of everything, to choose among: types, categories, colours, patterns, prices, brands.

import { ask } from "./api.js";
import { colorOf } from "./colors.js";
import { element, find, icon } from "./dom.js";
import { has, number, t } from "./i18n.js";
import { facetsAddress } from "./request.js";
import { FACETS, NO_FILTERS, go, isFiltered, view } from "./view.js";

const N_LISTED = 8;
const WIDE = matchMedia("(min-width: 960px)");
const opened = new Set(["category", "color", "price"]);
const whole = new Set();
let price = null;
let last = null;
let asking = null;

/** Return the name of a facet's value as shoppers read it. */
export const valueText = (facet, value) => (has(`${facet}.${value}`) ? t(`${facet}.${value}`) : value);

/** Count what a view chooses, and show it. */
export async function showFacets(shown) {
  showChosen(shown);
  asking?.abort();
  asking = new AbortController();
  try {
    last = await ask(facetsAddress(shown), { signal: asking.signal });
    render(shown);
  } catch (error) {
    if (error.name !== "AbortError" && error.status === undefined) throw error;
    // The list says what is wrong.
  }
}

function render(shown) {
  const active = document.activeElement?.closest("#facets") && document.activeElement.dataset.key;
  const groups = FACETS.map((facet) => group(facet, names(facet, shown)));
  groups.splice(3, 0, group("price", prices(shown)));
  find("facet-groups").replaceChildren(news(shown), ...groups.filter(Boolean));
  find("facets-show").textContent = t("facets.show", { n: last.count });
  if (active) find("facets").querySelector(`[data-key="${CSS.escape(active)}"]`)?.focus();
}

function group(facet, content) {
  if (!content) return null;
  const summary = element("summary", { dataset: { key: `${facet}?` } }, element("span", { text: t(`facet.${facet}`) }), icon("down"));
  const made = element("details", { class: "facet", open: opened.has(facet) }, summary, ...content);
  made.addEventListener("toggle", () => (made.open ? opened.add(facet) : opened.delete(facet)));
  return made;
}

function check(key, checked, count, ...words) {
  const box = element("input", { type: "checkbox", checked, dataset: { key } });
  const label = element("label", { class: count ? "choice" : "choice none" }, box, ...words, element("span", { class: "number", text: number(count) }));
  return { box, label };
}

function names(facet, shown) {
  const values = last[facet];
  if (!values.length) return null;
  if (shown[facet].length) opened.add(facet);
  const listed = whole.has(facet) ? values : values.filter(({ value }, nth) => nth < N_LISTED || shown[facet].includes(value));
  const items = listed.map(({ value, count }) => {
    const words = element("span", { text: valueText(facet, value), dir: "auto" });
    const { box, label } = check(`${facet}:${value}`, shown[facet].includes(value), count, swatch(facet, value), words);
    box.addEventListener("change", () => choose(facet, value, box.checked));
    return element("li", {}, label);
  });
  const more = values.length > listed.length && element("button", { type: "button", class: "link", dataset: { key: `${facet}+` }, text: t("facets.all", { n: values.length }) });
  if (more) {
    more.addEventListener("click", () => {
      whole.add(facet);
      render(view());
      find("facets").querySelector(`[data-key="${CSS.escape(`${facet}:${values[listed.length].value}`)}"]`)?.focus();
    });
  }
  return [element("ul", {}, ...items), ...(more ? [more] : [])];
}

function swatch(facet, value) {
  const color = facet === "color" && colorOf(value);
  if (!color) return null;
  const made = element("span", { class: "swatch", "aria-hidden": "true" });
  made.style.background = color;
  return made;
}

function choose(facet, value, isChosen) {
  const rest = view()[facet].filter((one) => one !== value);
  go({ [facet]: isChosen ? [...rest, value] : rest });
}

function prices(shown) {
  const bands = last.price;
  if (!bands.length) return null;
  if (shown.min !== null || shown.max !== null) opened.add("price");
  const items = bands.map(({ min, max, count }) => {
    const chosen = shown.min === min && shown.max === max;
    const words = element("span", { text: t("facets.band", { min: price.format(min), max: price.format(max) }) });
    const { box, label } = check(`price:${min}`, chosen, count, words);
    box.addEventListener("change", () => go(box.checked ? { min, max } : { min: null, max: null }));
    return element("li", {}, label);
  });
  return [element("ul", {}, ...items), element("div", { class: "range" }, end("min", shown), end("max", shown))];
}

function end(name, shown) {
  const field = element("input", { type: "number", min: "0", step: "any", inputmode: "decimal", value: shown[name], dataset: { key: `price.${name}` } });
  field.addEventListener("change", () => {
    const value = field.value === "" ? null : Math.max(0, field.valueAsNumber);
    const other = view()[name === "min" ? "max" : "min"];
    const isOrdered = value === null || other === null || (name === "min" ? value <= other : value >= other);
    go(isOrdered ? { [name]: value } : { min: value, max: value });
  });
  return element("label", {}, element("span", { class: "label", text: t(`facets.${name}`) }), field);
}

function news(shown) {
  const { box, label } = check("new", shown.new, last.new, element("span", { text: t("facet.new") }));
  box.addEventListener("change", () => go({ new: box.checked }));
  label.classList.add("alone");
  return label;
}

// What is chosen, above the products, each to be taken back.
function showChosen(shown) {
  const chosen = [...FACETS, "want", "avoid", "avoid_category", "ignore"].flatMap((facet) =>
    shown[facet].map((value) => tag(chosenText(facet, value), () => go({ [facet]: view()[facet].filter((one) => one !== value) }))),
  );
  if (shown.new) chosen.push(tag(t("facet.new"), () => go({ new: false })));
  if (shown.min !== null || shown.max !== null) chosen.push(tag(rangeText(shown), () => go({ min: null, max: null })));
  find("chosen").hidden = chosen.length === 0;
  find("chosen-list").replaceChildren(...chosen);
  find("facets-count").textContent = chosen.length ? number(chosen.length) : "";
  find("clear-chosen").hidden = !isFiltered(shown);
}

function chosenText(facet, value) {
  if (facet === "ignore") return t("chosen.ignore", { name: value });
  if (facet.startsWith("avoid")) return t("chosen.avoid", { name: value });
  return valueText(facet, value);
}

function rangeText({ min, max }) {
  if (max === null) return t("phrase.price_min", { price: price.format(min) });
  if (min === null) return t("phrase.price_max", { price: price.format(max) });
  return t("facets.band", { min: price.format(min), max: price.format(max) });
}

function tag(text, remove) {
  const button = element("button", { type: "button", class: "chip chosen", "aria-label": t("chosen.remove", { name: text }) }, element("bdi", { text }), icon("close"));
  button.addEventListener("click", remove);
  return element("li", {}, button);
}

const clear = () => go({ ...NO_FILTERS });

// Beside the list where there is room; in a sheet over it where there is none.
function place() {
  if (WIDE.matches) {
    if (find("sheet").open) find("sheet").close();
    find("aside").append(find("facets"));
  } else find("sheet").append(find("facets"));
}

/** Start the facets; `format` writes their prices. */
export function startFacets(format) {
  price = format;
  place();
  WIDE.addEventListener("change", place);
  find("facets-open").addEventListener("click", () => find("sheet").showModal());
  find("facets-close").addEventListener("click", () => find("sheet").close());
  find("facets-show").addEventListener("click", () => find("sheet").close());
  find("sheet").addEventListener("click", (event) => event.target === find("sheet") && find("sheet").close());
  find("clear-chosen").addEventListener("click", clear);
  find("empty-clear").addEventListener("click", () => go({ ...NO_FILTERS, want: [], avoid: [], avoid_category: [], ignore: [] }));
}
