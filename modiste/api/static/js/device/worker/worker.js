// Analyses photos beside the page, so that it stays quick to the touch. Photos go no further.
//
// Takes { id, task: "prepare" | "analyse", ... }; answers { id, answer } or { id, error }, and
// { id, progress } on the way.

import { forgetOthers, stored } from "../downloads.js";
import { DeviceError } from "../errors.js";
import { openNetwork } from "./network.js";
import { canvasIsHonest, decode } from "./pixels.js";

let ready = null; // { described, network }

async function prepare({ headers }, progress) {
  if (typeof OffscreenCanvas === "undefined" || !canvasIsHonest()) {
    throw new DeviceError("canvas_withheld", "the browser does not hand out pixels");
  }
  const described = await description(headers);
  if (ready?.described.sha256 === described.sha256) return summary(described);
  const { runtime } = described;
  const total = runtime.bytes + described.bytes;
  const after = (before) => (bytes) => progress({ received: before + bytes, total });
  const wasm = await stored(runtime.wasm, {}, after(0));
  const weights = await stored(described.address, headers, after(runtime.bytes));
  await forgetOthers([runtime.wasm, described.address]);
  const ort = await import(runtime.module);
  const network = await openNetwork(ort, described, weights, wasm);
  ready = { described, network };
  return summary(described);
}

async function description(headers) {
  const response = await fetch("/v1/network", { headers });
  if (response.status === 404) throw new DeviceError("no_network", "404");
  if (!response.ok) throw new DeviceError("not_fetched", String(response.status));
  const described = await response.json();
  if (!described.runtime) throw new DeviceError("no_runtime", "the service has none");
  return described;
}

function summary({ sha256, precision, bytes, runtime }) {
  return { sha256, precision, bytes: bytes + runtime.bytes };
}

async function analyse({ photo, box }) {
  const { described, network } = ready;
  const start = performance.now();
  const sides = { maxSide: described.max_side, minSide: described.min_side };
  const picture = await decode(photo, sides);
  const decoded = performance.now();
  const garment = await network.look(picture, box ?? null);
  return {
    garment,
    network: described.sha256,
    ms: { decode: decoded - start, look: performance.now() - decoded },
  };
}

// One at a time, in the order they came: the network is one, and so is the phone.
let queue = Promise.resolve();
self.addEventListener("message", ({ data }) => {
  queue = queue.then(() => answer(data));
});

async function answer({ id, task, ...given }) {
  const progress = (told) => self.postMessage({ id, progress: told });
  try {
    const found = task === "prepare" ? await prepare(given, progress) : await analyse(given);
    self.postMessage({ id, answer: found });
  } catch (error) {
    const code = error instanceof DeviceError ? error.code : "device_failed";
    self.postMessage({ id, error: { code, message: String(error?.message ?? error) } });
  }
}
