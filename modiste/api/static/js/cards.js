// One product: photo, title, price, how well it fits, why, and what may be done with it.

import { copyOf, element } from "./dom.js";
import { has, percent, t } from "./i18n.js";
import { showItem } from "./item_photo.js";
import { isBackfill, reasonText, sideOf } from "./reasons.js";

const { shopLanguage } = document.body.dataset;

/**
 * Return the card of a product.
 *
 * @param {object} product of `POST /v1/recommendations`
 * @param {{matches: boolean, personal: boolean, shops: boolean, price: Intl.NumberFormat}} shown
 * @param {?Element} before the card of the same product that this one takes the place of
 */
export function card(product, shown, before = null) {
  const made = copyOf("card");
  const { item } = product;
  const part = (name) => made.querySelector(`.${name}`);
  made.dataset.item = item.item_id;
  part("title").append(element("bdi", { text: item.title, lang: shopLanguage }));
  part("facts").append(element("bdi", { text: [item.brand, item.category].filter(Boolean).join(" · ") }));
  part("price").textContent = item.price === null ? t("card.no_price") : shown.price.format(item.price);
  photo(part("photo"), item, before);
  stock(made, item, product.reasons);
  score(part("match"), shown.matches ? product.match_score : null);
  score(part("personal"), shown.personal ? product.personal_score : null);
  part("reasons").replaceChildren(...product.reasons.map(reason));
  part("acts-shopper").hidden = !shown.shops;
  for (const button of made.querySelectorAll("[data-act]")) {
    button.setAttribute("aria-label", t(`act.${button.dataset.act}.label`, { title: item.title }));
  }
  return made;
}

function photo(frame, item, before) {
  const image = before?.querySelector(".photo img");
  if (image) frame.querySelector("img").replaceWith(image); // it is loaded already
  else showItem(frame, frame.querySelector("img"), item);
}

function stock(made, item, reasons) {
  const { availability } = item;
  const words = has(`stock.${availability}`) ? t(`stock.${availability}`) : availability;
  const line = made.querySelector(".stock");
  line.textContent = words;
  line.classList.toggle("gone", availability !== "in_stock");
  made.querySelector(".tag").hidden = !reasons.some(isBackfill);
}

function score(row, value) {
  row.hidden = value === null;
  if (value === null) return;
  row.querySelector(".bar").style.setProperty("--share", value);
  row.querySelector(".share").textContent = percent(value);
}

function reason(one) {
  return element("li", { class: sideOf(one) }, element("bdi", { text: reasonText(one) }));
}
