// A heat map: where the network looks, painted and put into words.

import { percent, t } from "../i18n.js";

// From nothing over amber to dark red, as red, green, blue and how opaque.
const RAMP = [
  [255, 196, 0, 0],
  [255, 170, 0, 0.45],
  [240, 90, 10, 0.68],
  [190, 10, 40, 0.82],
];
const OPPOSITE = [40, 90, 220];
// Below this nothing in particular is looked at.
const SOMETHING = 0.005;

/** Return the cell that counts most: `{value, row, column}`. */
export function hottest(values) {
  let most = { value: 0, row: 0, column: 0 };
  values.forEach((cells, row) =>
    cells.forEach((value, column) => {
      if (value !== null && value > most.value) most = { value, row, column };
    }),
  );
  return most;
}

/** Paint the cells, a pixel each; the page stretches and smooths them. */
export function paint(canvas, values, most) {
  const side = values.length;
  Object.assign(canvas, { width: side, height: side });
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(side, side);
  const full = Math.max(most.value, SOMETHING);
  values.flat().forEach((value, nth) => {
    const share = (value ?? 0) / full;
    const [red, green, blue, opaque] = share < 0 ? [...OPPOSITE, Math.min(-share, 1) * 0.5] : colour(share);
    pixels.data.set([red, green, blue, Math.round(255 * opaque)], 4 * nth);
  });
  context.putImageData(pixels, 0, 0);
}

function colour(share) {
  const place = Math.min(Math.max(share, 0), 1) * (RAMP.length - 1);
  const low = Math.min(Math.floor(place), RAMP.length - 2);
  const part = place - low;
  return RAMP[low].map((value, nth) => value + part * (RAMP[low + 1][nth] - value));
}

/** Say where it is hottest, for who cannot see it and for who wonders what it means. */
export function toldHeat(heat, name, most) {
  if (heat.values.flat().every((value) => value === null)) return t("photo.words.unknown");
  if (most.value < SOMETHING) return t("photo.words.nowhere", { name });
  const side = heat.values.length;
  const third = (place) => ["start", "middle", "end"][Math.floor((3 * place) / side)];
  const where = t(`photo.where.${third(most.row)}.${third(most.column)}`);
  if (heat.kind === "box") return t("photo.words.box", { name, where, left: percent(1 - most.value) });
  const after = Math.max(heat.score - most.value, 0);
  return t("photo.words.score", { name, where, before: percent(heat.score), after: percent(after) });
}
