// The order of the products shown, and their move from one order to another.

import { reducedMotion } from "./dom.js";

const MOVE = { duration: 450, easing: "cubic-bezier(.2, .7, .2, 1)" };
const APPEAR = { duration: 250, easing: "ease-out" };
const BY = { match: "match_score", personal: "personal_score" };

/** Return products in an order: `rank` as the service gave it, `match` or `personal`. */
export function ordered(products, order) {
  const by = BY[order];
  if (!by) return products;
  return [...products].sort((one, other) => other[by] - one[by] || one.rank - other.rank);
}

/** Change the cards of a list, and let each move from where it was to where it is. */
export function moving(list, change) {
  if (reducedMotion()) {
    change();
    return;
  }
  const before = places(list);
  change();
  for (const card of list.children) {
    const now = card.getBoundingClientRect();
    if (!isNear(now)) continue;
    const was = before.get(card.dataset.item);
    if (!was) card.animate([{ opacity: 0 }, { opacity: 1 }], APPEAR);
    else if (was.x !== now.x || was.y !== now.y) {
      const from = `translate(${was.x - now.x}px, ${was.y - now.y}px)`;
      card.animate([{ transform: from }, { transform: "none" }], MOVE);
    }
  }
}

// Those far away are neither seen leaving nor coming.
const isNear = ({ top, bottom }) => bottom > -innerHeight && top < 2 * innerHeight;

function places(list) {
  const found = new Map();
  for (const card of list.children) {
    if (card.dataset.item) found.set(card.dataset.item, card.getBoundingClientRect());
  }
  return found;
}
