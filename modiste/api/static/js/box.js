// The box on the photo: where the garment is. It is moved and resized by pointer or arrow keys.

import { announce, element, find } from "./dom.js";
import { percent, t } from "./i18n.js";

const LEAST = 0.06;
const STEP = 0.02;
const LARGE_STEP = 0.1;
const SETTLED_MS = 400;
// Which edges a handle moves: left, top, right, bottom.
const HANDLES = {
  move: [1, 1, 1, 1],
  top_left: [1, 1, 0, 0],
  top_right: [0, 1, 1, 0],
  bottom_left: [1, 0, 0, 1],
  bottom_right: [0, 0, 1, 1],
};
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
// As the address writes them.
const rounded = (edges) => edges.map((edge) => Number(edge.toFixed(4)));
const clamp = (value, least, most) => Math.min(most, Math.max(least, value));

let box = null;
let settle = () => {};
let waiting = 0;

/** Show a box, `[x1, y1, x2, y2]` as fractions of the photo; null shows none. */
export function showBox(edges) {
  box = edges ? [...edges] : null;
  find("box").hidden = !box;
  if (box) draw();
}

function draw() {
  const [x1, y1, x2, y2] = box;
  const { style } = find("box");
  style.left = `${100 * x1}%`;
  style.top = `${100 * y1}%`;
  style.width = `${100 * (x2 - x1)}%`;
  style.height = `${100 * (y2 - y1)}%`;
}

function moved(from, [left, top, right, bottom], dx, dy) {
  const [x1, y1, x2, y2] = from;
  if (left && right) {
    const across = clamp(dx, -x1, 1 - x2);
    const down = clamp(dy, -y1, 1 - y2);
    return [x1 + across, y1 + down, x2 + across, y2 + down];
  }
  return [
    left ? clamp(x1 + dx, 0, x2 - LEAST) : x1,
    top ? clamp(y1 + dy, 0, y2 - LEAST) : y1,
    right ? clamp(x2 + dx, x1 + LEAST, 1) : x2,
    bottom ? clamp(y2 + dy, y1 + LEAST, 1) : y2,
  ];
}

function drag(event, sides) {
  if (event.button !== 0) return;
  const handle = event.currentTarget;
  const stage = find("stage").getBoundingClientRect();
  const from = [...box];
  const start = [event.clientX, event.clientY];
  const follow = (at) => {
    box = moved(from, sides, (at.clientX - start[0]) / stage.width, (at.clientY - start[1]) / stage.height);
    draw();
  };
  const end = () => {
    handle.removeEventListener("pointermove", follow);
    find("box").classList.remove("dragged");
    if (box.some((edge, nth) => edge !== from[nth])) settle(rounded(box));
  };
  handle.setPointerCapture(event.pointerId);
  find("box").classList.add("dragged");
  handle.addEventListener("pointermove", follow);
  handle.addEventListener("lostpointercapture", end, { once: true });
}

function press(event, sides) {
  const way = KEYS[event.key];
  if (!way) return;
  event.preventDefault();
  const step = event.shiftKey ? LARGE_STEP : STEP;
  box = moved(box, sides, way[0] * step, way[1] * step);
  draw();
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const [left, top, right, bottom] = box.map(percent);
    announce(t("box.now", { left, top, right, bottom }));
    settle(rounded(box));
  }, SETTLED_MS);
}

/** Let the visitor move the box; `settled(edges)` is told where it comes to rest. */
export function startBox(settled) {
  settle = settled;
  const handles = Object.entries(HANDLES).map(([name, sides]) => {
    const handle = element("button", {
      type: "button",
      class: `handle ${name.replace("_", "-")}`,
      "aria-label": t(`box.${name}`),
      "aria-describedby": "box-hint",
    });
    handle.addEventListener("pointerdown", (event) => drag(event, sides));
    handle.addEventListener("keydown", (event) => press(event, sides));
    return handle;
  });
  find("box").append(...handles);
}
