// The last few photos, kept in this browser so that back and reload find them again.

const MOST = 8;
const STORE = "photos";
const kept = new Map(); // where the browser keeps nothing, the tab does

function open() {
  return new Promise((opened, failed) => {
    const request = indexedDB.open("modiste", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => opened(request.result);
    request.onerror = () => failed(request.error);
  });
}

async function use(mode, work) {
  const database = await open();
  try {
    return await new Promise((done, failed) => {
      const transaction = database.transaction(STORE, mode);
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => done(request.result);
      transaction.onerror = () => failed(transaction.error);
      transaction.onabort = () => failed(transaction.error);
    });
  } finally {
    database.close();
  }
}

/** Keep a photo and return its name. */
export async function keep(blob) {
  // Names sort by time, so that the oldest goes first.
  const name = `${Date.now().toString(36)}${crypto.getRandomValues(new Uint16Array(1))[0].toString(36)}`;
  kept.set(name, blob);
  try {
    await use("readwrite", (photos) => photos.put(blob, name));
    const names = await use("readonly", (photos) => photos.getAllKeys());
    for (const old of names.sort().slice(0, -MOST)) {
      await use("readwrite", (photos) => photos.delete(old));
    }
  } catch {
    // Private windows may keep nothing: the photo is there until the tab closes.
  }
  return name;
}

/** Return a photo by its name, or null where this browser does not have it. */
export async function find(name) {
  if (kept.has(name)) return kept.get(name);
  try {
    return (await use("readonly", (photos) => photos.get(name))) ?? null;
  } catch {
    return null;
  }
}
