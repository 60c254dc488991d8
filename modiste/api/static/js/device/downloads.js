// What the network needs, fetched once and kept: its addresses hold the digest of what they are.

import { DeviceError } from "./errors.js";

const STORE = "modiste-device";
const LIKE = /^\/(?:v1\/network|runtime)\//;

/** Return a file's bytes, from this device if it was fetched before; `.gz` comes unpacked. */
export async function stored(address, headers, counted) {
  const bytes = await asSent(address, headers, counted);
  if (!address.endsWith(".gz")) return bytes;
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(unpacked).arrayBuffer();
}

async function asSent(address, headers, counted) {
  // Over plain HTTP from another machine browsers keep nothing themselves.
  const store = globalThis.caches ? await caches.open(STORE) : null;
  const kept = await store?.match(address);
  if (kept) return kept.arrayBuffer();
  let response;
  try {
    response = await fetch(address, { headers });
  } catch (error) {
    throw new DeviceError("not_fetched", String(error));
  }
  if (!response.ok) throw new DeviceError("not_fetched", String(response.status));
  const bytes = await received(response, counted);
  try {
    await store?.put(address, new Response(bytes.slice(0)));
  } catch {
    // A full disk only means that it is fetched again the next time.
  }
  return bytes;
}

/** Whether all of these files are on this device already. */
export async function areStored(addresses) {
  if (!globalThis.caches) return false;
  const store = await caches.open(STORE);
  const found = await Promise.all(addresses.map((address) => store.match(address)));
  return found.every(Boolean);
}

/** Forget the files of networks and runtimes before these. */
export async function forgetOthers(addresses) {
  if (!globalThis.caches) return;
  const store = await caches.open(STORE);
  for (const { url } of await store.keys()) {
    const { pathname } = new URL(url);
    if (LIKE.test(pathname) && !addresses.includes(pathname)) await store.delete(url);
  }
}

async function received(response, counted) {
  const chunks = [];
  let length = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.length;
    counted(length);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole.buffer;
}
