// Keeps the page usable without a network. Everything online is as it is without this worker:
// it keeps copies, and hands them out when the network does not answer.
//
// Kept: the page's own files, by version; photos of items that were shown, at most MAX_PHOTOS;
// a photo on its way from another app, until the page takes it. Never a request, so no key.

const VERSION = {{ version | tojson }};
const FILES = {{ files | tojson }};

const SHELL = "modiste-shell-";
const PHOTOS = "modiste-photos";
const SHARED = "modiste-shared";
const MAX_PHOTOS = 120;
const PAGE = "/";
const PHOTO = /^\/v1\/items\/.+\/image$/;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (pathname === "/share" && request.method === "POST") event.respondWith(share(request));
    else if (pathname === PAGE && request.method === "GET") event.respondWith(page(event));
  } else if (request.method === "GET" && pathname.startsWith("/static/")) {
    event.respondWith(file(request));
  } else if (request.method === "GET" && PHOTO.test(pathname)) {
    event.respondWith(photo(event));
  }
});

async function install() {
  try {
    const shell = await caches.open(SHELL + VERSION);
    await shell.addAll([...FILES, PAGE]);
  } catch (error) {
    // Only together are they a version; the worker before stays.
    await caches.delete(SHELL + VERSION);
    throw error;
  }
  await self.skipWaiting();
}

async function activate() {
  const shells = (await caches.keys()).filter((name) => name.startsWith(SHELL));
  // Pages that are open may still ask for files of the version before.
  const others = shells.filter((name) => name !== SHELL + VERSION);
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function page(event) {
  try {
    const answer = await fetch(event.request);
    if (answer.ok) event.waitUntil(keepPage(answer.clone()));
    return answer;
  } catch {
    const shell = await caches.open(SHELL + VERSION);
    return (await shell.match(PAGE)) ?? Response.error();
  }
}

// In the language and theme it was last seen in. A page of another version has files that are
// not kept here; its own worker is on the way.
async function keepPage(answer) {
  const text = await answer.clone().text();
  if (!text.includes(`/static/${VERSION}/`)) return;
  const shell = await caches.open(SHELL + VERSION);
  await shell.put(PAGE, answer);
}

async function file(request) {
  const kept = await caches.match(request.url);
  return kept ?? fetch(request);
}

async function photo(event) {
  const { request } = event;
  try {
    const answer = await fetch(request);
    if (answer.status === 200) event.waitUntil(keepPhoto(request.url, answer.clone()));
    return answer;
  } catch {
    const photos = await caches.open(PHOTOS);
    return (await photos.match(request.url)) ?? Response.error();
  }
}

// By its address alone: a request may carry a key.
async function keepPhoto(address, answer) {
  const photos = await caches.open(PHOTOS);
  await photos.put(address, answer);
  const kept = await photos.keys();
  await Promise.all(kept.slice(0, -MAX_PHOTOS).map((oldest) => photos.delete(oldest)));
}

async function share(request) {
  const address = new URL("/?start=shared", self.location.origin);
  try {
    const form = await request.formData();
    const shared = await caches.open(SHARED);
    const given = form.get("photo");
    if (given instanceof File && given.size > 0) {
      const headers = { "Content-Type": given.type || "application/octet-stream" };
      await shared.put("/share/photo", new Response(given, { headers }));
    }
    const text = form.get("text");
    if (typeof text === "string" && text.trim()) {
      await shared.put("/share/text", new Response(text.trim().slice(0, 1000)));
    }
  } catch {
    // What cannot be read is not shared; the page opens all the same.
  }
  return Response.redirect(address, 303);
}
