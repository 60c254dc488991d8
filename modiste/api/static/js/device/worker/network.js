// The release's network in this browser: modiste/attribute_model/runtime.py once more.

import { DeviceError } from "../errors.js";
import { cropAndResize } from "./resample.js";

const OUTPUTS = ["category", "box", "attributes", "embedding"];
const SMALLEST_SCORE = 1e-7; // of calibration.py

/** Make a network that is ready to look. `described` is what GET /v1/network answers. */
export async function openNetwork(ort, described, network, wasm) {
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmBinary = wasm;
  ort.env.logLevel = "error";
  const session = await ort.InferenceSession.create(network, {
    executionProviders: ["wasm"],
    logSeverityLevel: 3,
  });
  return { look: (picture, box) => look(ort, session, described, picture, box) };
}

// The whole photo gives category and box, the part around the box attributes and embedding, or
// a better box; where somebody says where the garment is, the network looks there alone.
async function look(ort, session, described, picture, given) {
  const first = await run(ort, session, described, picture, given);
  const found = Array.from(first.box, inside);
  const crop = described.second_look && !given ? cropAround(found, described.second_look) : null;
  const again = crop ? await run(ort, session, described, picture, crop) : first;
  const second = described.second_look?.attributes ? again : first;
  const box = crop && described.second_look.box ? inPhoto(again.box, crop) : found;
  if (!second.embedding.every(Number.isFinite) || !second.attributes.every(Number.isFinite)) {
    throw new DeviceError("network_broken", "the network gives numbers that are none");
  }
  const categories = tempered(first.category, described.calibration);
  const attributes = calibrated(second.attributes, described.calibration);
  return {
    ...named(described, categories, attributes),
    box: given ?? box,
    embedding: Array.from(second.embedding, (value) => Number(value.toPrecision(8))),
  };
}

async function run(ort, session, described, picture, box) {
  const size = described.image_size;
  const { data } = cropAndResize(picture, size, box);
  const numbers = new Float32Array(3 * size * size);
  for (let pixel = 0; pixel < size * size; pixel++) {
    numbers[3 * pixel] = data[4 * pixel];
    numbers[3 * pixel + 1] = data[4 * pixel + 1];
    numbers[3 * pixel + 2] = data[4 * pixel + 2];
  }
  const image = new ort.Tensor("float32", numbers, [1, size, size, 3]);
  const answers = await session.run({ image }, OUTPUTS);
  const found = Object.fromEntries(OUTPUTS.map((name) => [name, answers[name].data]));
  image.dispose();
  return found;
}

const inside = (edge) => Math.min(1, Math.max(0, edge));

export function inPhoto(box, [left, top, right, bottom]) {
  const [start, side] = [[left, top], [right - left, bottom - top]];
  return Array.from(box, (edge, i) => inside(start[i % 2] + inside(edge) * side[i % 2]));
}

export function cropAround([x1, y1, x2, y2], { margin, min_side: minSide }) {
  if (!(x1 >= 0 && x1 < x2 && x2 <= 1 && y1 >= 0 && y1 < y2 && y2 <= 1)) return null;
  const [left, right] = widened(x1, x2, margin, minSide);
  const [top, bottom] = widened(y1, y2, margin, minSide);
  return left === 0 && top === 0 && right === 1 && bottom === 1 ? null : [left, top, right, bottom];
}

function widened(start, end, margin, minSide) {
  const room = Math.max(margin * (end - start), (minSide - (end - start)) / 2);
  return [
    Math.max(Math.min(start - room, 1 - minSide), 0),
    Math.min(Math.max(end + room, minSide), 1),
  ];
}

function tempered(scores, calibration) {
  if (!calibration || calibration.temperature === 1) return Array.from(scores);
  const logits = Array.from(scores, (s) => Math.log(Math.max(s, 1e-30)) / calibration.temperature);
  const highest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - highest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => Math.fround(power / total));
}

function calibrated(scores, calibration) {
  if (!calibration || !calibration.slope) return Array.from(scores);
  return Array.from(scores, (score, i) => {
    const inside = Math.min(1 - SMALLEST_SCORE, Math.max(SMALLEST_SCORE, score));
    const logit = Math.log(inside) - Math.log1p(-inside);
    const odds = Math.exp(-(calibration.slope[i] * logit + calibration.intercept[i]));
    return Math.fround(1 / (1 + odds));
  });
}

// Names that differ only in spelling are one entry, of names that exclude each other the best
// is left: naming.py.
export function named(described, categories, attributes) {
  const order = (scores, indices) => indices.sort((a, b) => scores[b] - scores[a] || a - b);
  const best = order(categories, described.categories.map((_, i) => i));
  const reached = described.attributes
    .map((_, i) => i)
    .filter((i) => attributes[i] >= described.thresholds[i]);
  const shown = new Map();
  const taken = new Map();
  for (const i of order(attributes, reached)) {
    const { name, type } = described.attributes[described.shown_as[i]];
    const held = described.excluding[i] ?? [];
    const excluded = held.some(([group, way]) => taken.has(group) && taken.get(group) !== way);
    if (shown.has(name) || excluded) continue;
    for (const [group, way] of held) taken.set(group, way);
    shown.set(name, { name, score: attributes[i], type });
  }
  return {
    category: described.categories[best[0]],
    category_scores: best.map((i) => ({ name: described.categories[i], score: categories[i] })),
    attributes: [...shown.values()],
  };
}
