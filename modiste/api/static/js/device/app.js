// The page as an app: its worker, the offer to install it, and photos shared to it.

import { find } from "../dom.js";

const DECLINED = "modiste-install-declined";
const SHARED = "modiste-shared";

/** Start the service worker, where the browser has them, and offer to install the page. */
export function startApp() {
  if ("serviceWorker" in navigator) {
    // What it fetches for later must not hold up what is wanted now.
    if (document.readyState === "complete") register();
    else addEventListener("load", register, { once: true });
  }
  offerInstall();
}

function register() {
  // Where it cannot be had, the page is as it was.
  navigator.serviceWorker.register("/service-worker.js", { scope: "/" }).catch(() => {});
}

/** Why the page was opened: "photo" or "phrase" by a shortcut, "shared"; null otherwise. */
export function startedFor() {
  const address = new URL(location.href);
  const start = address.searchParams.get("start");
  if (start !== null) {
    address.searchParams.delete("start");
    history.replaceState(history.state, "", address);
  }
  return start;
}

/**
 * Take what another app shared, once.
 *
 * @returns {Promise<{photo: Blob | null, text: string | null}>}
 */
export async function takeShared() {
  if (!globalThis.caches) return { photo: null, text: null };
  const shared = await caches.open(SHARED);
  const photo = await (await shared.match("/share/photo"))?.blob();
  const text = await (await shared.match("/share/text"))?.text();
  await caches.delete(SHARED);
  return { photo: photo ?? null, text: text ?? null };
}

// A button in the header, no banner over the page; who says no is not asked again.
function offerInstall() {
  const button = find("install");
  if (!button) return;
  let offer = null;
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offer = event;
    button.hidden = localStorage.getItem(DECLINED) === "yes";
  });
  addEventListener("appinstalled", () => {
    button.hidden = true;
  });
  button.addEventListener("click", async () => {
    button.hidden = true;
    offer?.prompt();
    const choice = await offer?.userChoice;
    if (choice?.outcome === "dismissed") localStorage.setItem(DECLINED, "yes");
  });
}
