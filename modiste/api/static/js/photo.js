// The visitor's photo: taken, chosen, dropped, pasted, or one of the samples.

import { ask, askForFile } from "./api.js";
import { element, find } from "./dom.js";
import { t } from "./i18n.js";
import { photoAddress, showItem } from "./item_photo.js";
import * as shelf from "./photo_shelf.js";
import { goAbout, hasPhoto, view } from "./view.js";

const LONGEST_SIDE_PX = 1600;
const SENT_AS_IT_IS = 1_000_000;
const TAKEN = new Set(["image/jpeg", "image/png", "image/webp"]);
const N_SAMPLES = 5;

let last = { name: null, blob: null };
let shownAddress = null;

/** Return the photo of a view, or null where this browser does not have it. */
export async function photoOf(shown) {
  if (!hasPhoto(shown)) return null;
  const name = shown.sample ? `sample:${shown.sample}` : shown.photo;
  if (last.name !== name) {
    const blob = shown.sample
      ? await askForFile(photoAddress(shown.sample))
      : await shelf.find(shown.photo);
    last = { name, blob };
  }
  return last.blob;
}

/** Show the photo of a view in its place, or the place to put one. */
export function showStage(blob) {
  const wanted = Boolean(blob);
  find("stage").hidden = !wanted;
  find("photo-tools").hidden = !wanted;
  find("drop").classList.toggle("filled", wanted);
  find("invitation").hidden = wanted;
  if (find("samples")) find("samples").hidden = wanted || !find("sample-list").children.length;
  if (blob === showStage.blob) return;
  showStage.blob = blob;
  if (shownAddress) URL.revokeObjectURL(shownAddress);
  shownAddress = blob ? URL.createObjectURL(blob) : null;
  if (blob) find("preview").src = shownAddress;
  else find("preview").removeAttribute("src");
}

/** Search with a file that the visitor chose. */
export async function usePhoto(file) {
  if (!file.type.startsWith("image/")) return sayNoPhoto();
  const name = await shelf.keep(await shrunk(file));
  return goAbout({ photo: name }, { q: view().q });
}

function sayNoPhoto() {
  find("photo-problem").textContent = t("photo.not_one");
  find("photo-problem").hidden = false;
}

// A phone's photo is many times larger than the network looks at.
async function shrunk(file) {
  find("photo-problem").hidden = true;
  if (file.size < SENT_AS_IT_IS && TAKEN.has(file.type)) return file;
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST_SIDE_PX / Math.max(bitmap.width, bitmap.height));
    const canvas = element("canvas", {
      width: Math.round(bitmap.width * scale),
      height: Math.round(bitmap.height * scale),
    });
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
    return small ?? file;
  } catch {
    return file; // the service says what is wrong with it
  }
}

async function showSamples() {
  const answer = await ask("/v1/recommendations", { json: {}, quiet: true });
  const kinds = new Map();
  for (const { item } of answer.recommendations) {
    if (item.image && !kinds.has(item.category)) kinds.set(item.category, item);
  }
  const items = [...kinds.values()].slice(0, N_SAMPLES);
  find("sample-list").replaceChildren(...items.map(sample));
  find("samples").hidden = hasPhoto(view()) || items.length === 0;
}

function sample(item) {
  const image = element("img", { alt: "", width: 66, height: 88, decoding: "async" });
  const button = element(
    "button",
    { type: "button", class: "sample", "aria-label": t("photo.sample", { title: item.title }) },
    image,
  );
  showItem(button, image, item);
  button.addEventListener("click", () => goAbout({ sample: item.item_id }, { q: view().q }));
  return element("li", {}, button);
}

const imageIn = (files) => [...(files ?? [])].find((one) => one.type.startsWith("image/"));

/** Let the visitor give a photo; `samples` shows some of the shop's. */
export function startPhoto({ samples }) {
  for (const name of ["photo-take", "photo-choose", "photo-other"]) {
    find(name).addEventListener("change", (event) => {
      const [file] = event.target.files;
      event.target.value = "";
      if (file) usePhoto(file);
    });
  }
  find("photo-remove").addEventListener("click", () => {
    goAbout({}, { q: view().q });
    find("photo-choose").focus();
  });
  startDrop(find("drop"));
  document.addEventListener("paste", (event) => {
    const file = imageIn(event.clipboardData?.files);
    if (file) usePhoto(file);
  });
  if (samples) showSamples().catch(() => {}); // the list below says what is wrong
}

function startDrop(drop) {
  drop.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    const [file] = event.dataTransfer.files;
    if (file) usePhoto(file);
  });
}
