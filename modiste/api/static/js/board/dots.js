// Figures as dots on a line, a row each, with their intervals where they have some.

import { element } from "../dom.js";
import { across, canvas, label, steps, svg } from "./plot.js";

const ROW = 30;
const STACKED_ROW = 48;
const FOOT = 26;
const A_LETTER = 7.4;
const WIDEST_NAMES = 300;
const NOTES = 132;
const NARROW = 520;
const RADIUS = 4.5;

/**
 * Make a plot.
 *
 * @param {{name: string, note?: string, points: {value: number, low?: number, high?: number,
 *   class: string}[]}[]} rows the last point of a row lies on top
 * @param {{title: string, description: string, write: (value: number) => string,
 *   legend?: [string, string][]}} said
 */
export function dots(rows, { write, legend = [], ...said }) {
  const values = rows.flatMap((row) => row.points.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value]));
  const least = Math.min(0, ...values);
  const ticks = scale(least, Math.max(...values));
  const [first, last] = [ticks[0], ticks.at(-1)];
  const longest = (of) => Math.max(0, ...rows.map((row) => (row[of] ?? "").length)) * A_LETTER;
  const names = Math.min(longest("name"), WIDEST_NAMES) + 22;
  const notes = Math.min(longest("note"), NOTES) + 22;
  const plot = canvas((width) => {
    const isNarrow = width < NARROW;
    const height = isNarrow ? STACKED_ROW : ROW;
    const start = isNarrow ? 8 : names;
    const end = isNarrow ? width - 12 : width - notes;
    const x = (value) => across(start + ((end - start) * (value - first)) / (last - first), width);
    const bottom = rows.length * height;
    const parts = ticks.flatMap((tick, nth) => [
      svg("line", { class: tick === 0 ? "zeroline" : "gridline", x1: x(tick), x2: x(tick), y1: 0, y2: bottom }),
      nth % (isNarrow ? 2 : 1)
        ? null
        : label(write(tick), x(tick), bottom + 18, { anchor: isNarrow ? anchorOf(nth, ticks) : "middle" }),
    ]);
    rows.forEach((row, nth) => {
      const top = nth * height;
      const y = top + (isNarrow ? 34 : height / 2);
      if (isNarrow) {
        parts.push(label(row.name, across(start, width), top + 16, { class: "row-name" }));
        if (row.note) parts.push(label(row.note, across(width - 4, width), top + 16, { anchor: "end", class: "row-note" }));
      } else {
        parts.push(label(row.name, across(names - 14, width), y + 4, { anchor: "end", class: "row-name" }));
        if (row.note) parts.push(label(row.note, across(end + 14, width), y + 4, { class: "row-note" }));
      }
      for (const point of row.points) parts.push(...drawn(point, x, y));
    });
    return { height: bottom + FOOT, parts: parts.filter(Boolean) };
  }, said);
  return element("div", {}, legend.length ? key(legend) : null, plot);
}

function drawn({ value, low, high, class: kind }, x, y) {
  const parts = [];
  if (low !== undefined && high !== undefined) {
    parts.push(svg("line", { class: `reach ${kind}`, x1: x(low), x2: x(high), y1: y, y2: y }));
  }
  parts.push(svg("circle", { class: `dot ${kind}`, cx: x(value), cy: y, r: RADIUS }));
  return parts;
}

function anchorOf(nth, ticks) {
  if (nth === 0) return "start";
  return nth === ticks.length - 1 ? "end" : "middle";
}

function scale(least, most) {
  const above = steps(Math.max(most, 0), 4);
  const step = above[1] - above[0];
  const below = Math.ceil(-least / step - 1e-9);
  const negative = Array.from({ length: below }, (_, nth) => Number((-(below - nth) * step).toPrecision(12)));
  return [...negative, ...above];
}

function key(legend) {
  const swatch = (kind) =>
    svg(
      "svg",
      { class: "swatch-dot", viewBox: "0 0 12 12", width: 12, height: 12, "aria-hidden": "true" },
      svg("circle", { class: `dot ${kind}`, cx: 6, cy: 6, r: RADIUS }),
    );
  return element(
    "ul",
    { class: "legend" },
    ...legend.map(([text, kind]) => element("li", {}, swatch(kind), text)),
  );
}
