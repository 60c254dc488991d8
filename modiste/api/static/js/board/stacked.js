// Bars of several kinds on top of each other, one a step of time.

import { element } from "../dom.js";
import { number } from "../i18n.js";
import { across, canvas, edge, label, steps, svg } from "./plot.js";

const HEIGHT = 240;
const TOP = 10;
const FOOT = 28;
const A_LABEL = 74;
const NARROWEST_GAP = 5;

/**
 * Make a plot.
 *
 * @param {{name: string, class: string, values: number[]}[]} series
 * @param {string[]} times a name for each step
 * @param {{title: string, description: string}} said
 */
export function stacked(series, times, said) {
  const totals = times.map((_, nth) => series.reduce((sum, one) => sum + one.values[nth], 0));
  const ticks = steps(Math.max(...totals)).filter(Number.isInteger);
  const most = Math.max(ticks.at(-1), ...totals);
  const plot = canvas((width) => {
    const start = 14 + 8 * Math.max(...ticks.map((tick) => number(tick).length));
    const room = width - start - 4;
    const y = (value) => TOP + (HEIGHT - TOP - FOOT) * (1 - value / most);
    const step = room / times.length;
    const gap = step > NARROWEST_GAP ? Math.min(step * 0.25, 6) : 0;
    const parts = ticks.flatMap((tick) => [
      svg("line", { class: "gridline", x1: across(start, width), x2: across(width - 4, width), y1: y(tick), y2: y(tick) }),
      label(number(tick), across(start - 8, width), y(tick) + 4, { anchor: "end" }),
    ]);
    times.forEach((_, nth) => {
      let below = 0;
      for (const one of series) {
        const value = one.values[nth];
        if (!value) continue;
        const bar = {
          class: `fill ${one.class}`,
          x: edge(start + nth * step + gap / 2, step - gap, width),
          width: step - gap,
          y: y(below + value),
          height: y(below) - y(below + value),
        };
        parts.push(svg("rect", bar));
        below += value;
      }
    });
    const each = Math.max(1, Math.ceil(times.length / Math.max(1, Math.floor(room / A_LABEL))));
    times.forEach((time, nth) => {
      if (nth % each || nth * step + A_LABEL / 2 > room) return;
      parts.push(label(time, across(start + (nth + 0.5) * step, width), HEIGHT - 8, { anchor: "middle" }));
    });
    return { height: HEIGHT, parts };
  }, said);
  if (series.length < 2) return plot;
  return element("div", {}, legend(series), plot);
}

/** Say which colour is which. */
export function legend(series) {
  return element(
    "ul",
    { class: "legend" },
    ...series.map((one) => element("li", {}, element("span", { class: `swatch ${one.class}` }), one.name)),
  );
}
