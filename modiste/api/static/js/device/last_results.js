// The last results, kept for when there is no network: the answer alone, no photo and no key.

const STORE = "modiste-results";
const ADDRESS = "/last-results";

/** Keep the first page of a search, and when it was; `asked` is what the page needs to show it. */
export async function keepResults(answer, asked) {
  if (!globalThis.caches) return;
  try {
    const store = await caches.open(STORE);
    const kept = JSON.stringify({ answer, asked, time: Date.now() });
    await store.put(ADDRESS, new Response(kept, { headers: { "Content-Type": "application/json" } }));
  } catch {
    // A full disk only means that there will be nothing to show without a network.
  }
}

/**
 * Return what was kept last, or null.
 *
 * @returns {Promise<{answer: object, asked: object, time: number} | null>}
 */
export async function lastResults() {
  if (!globalThis.caches) return null;
  const store = await caches.open(STORE);
  const kept = await store.match(ADDRESS);
  return kept ? kept.json() : null;
}

/** Forget them: another visitor is coming. */
export async function forgetResults() {
  await globalThis.caches?.delete(STORE);
}
