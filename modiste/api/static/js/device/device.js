// Photos analysed on this device: a worker with the release's network, and what the page asks it.

import { key } from "../api.js";
import { DeviceError } from "./errors.js";

const WORKER = new URL("./worker/worker.js", import.meta.url);

let worker = null;
let asked = 0;
let isReady = false;
const waiting = new Map();

/** Why this browser cannot do it, as the name of a text; null if it can. */
export function missingHere() {
  const has = ["Worker", "WebAssembly", "OffscreenCanvas", "DecompressionStream"].every(
    (name) => name in globalThis,
  );
  return has ? null : "device.reason.browser";
}


/**
 * Fetch the network and make it ready, or do nothing if it is.
 *
 * @param {(share: number) => void} [progress] called with what has come, from 0 to 1
 * @returns {Promise<{sha256: string, precision: string, bytes: number}>}
 * @throws {DeviceError}
 */
export async function prepare(progress = () => {}) {
  const found = await tell({ task: "prepare", headers: headers() }, progress);
  isReady = true;
  return found;
}

/** The service has another network since: fetch it before the next photo. */
export function renew() {
  isReady = false;
}

/**
 * Look at a photo.
 *
 * @param {Blob} photo
 * @param {number[] | null} box where the garment is, xyxy in [0, 1]; the network's own if null
 * @returns {Promise<{garment: object, network: string, ms: object}>}
 * @throws {DeviceError}
 */
export async function analyse(photo, box = null) {
  if (!isReady) await prepare();
  return tell({ task: "analyse", photo, box });
}

/** Stop, and give the memory back. */
export function stop() {
  worker?.terminate();
  worker = null;
  isReady = false;
  for (const { failed } of waiting.values()) failed(new DeviceError("stopped", "stopped"));
  waiting.clear();
}

/** What a search sends in place of a photo: the fields of POST /v1/recommendations. */
export function fieldsOf({ garment, network }) {
  const scores = (named) => Object.fromEntries(named.map(({ name, score }) => [name, brief(score)]));
  return {
    embedding: garment.embedding,
    seen: {
      category_scores: scores(garment.category_scores),
      attributes: scores(garment.attributes),
    },
    network,
  };
}

const brief = (score) => Number(score.toPrecision(6));

function headers() {
  return key.get() ? { Authorization: `Bearer ${key.get()}` } : {};
}

function tell(message, progress = () => {}) {
  worker ??= started();
  const id = ++asked;
  return new Promise((done, failed) => {
    waiting.set(id, { done, failed, progress });
    worker.postMessage({ id, ...message });
  });
}

function started() {
  const made = new Worker(WORKER, { type: "module" });
  made.addEventListener("message", ({ data }) => heard(data));
  // A worker that cannot be loaded says so here alone.
  made.addEventListener("error", (event) => {
    const error = new DeviceError("device_failed", event.message ?? "the worker did not start");
    for (const { failed } of waiting.values()) failed(error);
    waiting.clear();
    worker = null;
    isReady = false;
  });
  return made;
}

function heard({ id, progress, answer, error }) {
  const one = waiting.get(id);
  if (!one) return;
  if (progress) return one.progress(progress.received / progress.total);
  waiting.delete(id);
  if (error) return one.failed(new DeviceError(error.code, error.message));
  return one.done(answer);
}
