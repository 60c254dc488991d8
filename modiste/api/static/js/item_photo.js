// Photos of items. With a key they are fetched, since an <img> cannot show one.

import { askForFile, key } from "./api.js";

const seen = new IntersectionObserver(
  (entries) => {
    for (const entry of entries.filter((one) => one.isIntersecting)) {
      seen.unobserve(entry.target);
      fetchInto(entry.target);
    }
  },
  { rootMargin: "600px" },
);

async function fetchInto(image) {
  try {
    const address = URL.createObjectURL(await askForFile(image.dataset.address));
    image.addEventListener("load", () => URL.revokeObjectURL(address), { once: true });
    image.src = address;
  } catch {
    image.dispatchEvent(new Event("error"));
  }
}

/** Show the photo at an address of the service in an `<img>`. */
export function showPhoto(image, address) {
  if (!key.get()) {
    image.src = address;
    return;
  }
  image.dataset.address = address;
  seen.observe(image);
}

/** Return the address of an item's photo. */
export const photoAddress = (itemId) => `/v1/items/${encodeURIComponent(itemId)}/image`;

/** Show an item's photo in a frame, which is marked `none` where there is no photo. */
export function showItem(frame, image, item) {
  const none = () => {
    image.remove();
    frame.classList.add("none");
  };
  if (!item.image) return none();
  image.addEventListener("error", none, { once: true });
  return showPhoto(image, item.image);
}
