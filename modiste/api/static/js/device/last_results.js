// The last products shown, kept for when there is no network: no photo of the visitor, no key.

const STORE = "modiste-results";
const ADDRESS = "/last-results";

/** Keep the products of an answer, and when it was; what was asked for is not kept. */
export async function keepResults({ recommendations, release_id: releaseId }) {
  if (!globalThis.caches) return;
  const answer = { recommendations, release_id: releaseId, notes: [] };
  try {
    const store = await caches.open(STORE);
    const kept = JSON.stringify({ answer, time: Date.now() });
    await store.put(ADDRESS, new Response(kept, { headers: { "Content-Type": "application/json" } }));
  } catch {
    // A full disk only means that there will be nothing to show without a network.
  }
}

/**
 * Return what was kept last, or null.
 *
 * @returns {Promise<{answer: object, time: number} | null>}
 */
export async function lastResults() {
  if (!globalThis.caches) return null;
  const store = await caches.open(STORE);
  const kept = await store.match(ADDRESS);
  return kept ? kept.json() : null;
}
