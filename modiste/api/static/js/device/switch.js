// The switch: whether photos are analysed on this device, what that fetches and what it sends.

import { key } from "../api.js";
import { announce, find } from "../dom.js";
import { has, number, t } from "../i18n.js";
import { analyse, fieldsOf, missingHere, prepare, renew, stop } from "./device.js";
import { areStored } from "./downloads.js";

const CHOICE = "modiste-device";
const MB = 1_000_000;
const N_CATEGORIES = 5;
const N_ATTRIBUTES = 20;

let on = false;
let last = null; // { photo, box, found }: another phrase looks at the same photo
let changed = () => {};

/** Whether photos are analysed here. */
export const isOn = () => on;

/** Bring the panel to life; `onChange` is called once photos are analysed elsewhere than before. */
export function startSwitch(onChange) {
  changed = onChange;
  find("device-switch").addEventListener("change", turn);
  find("device").addEventListener("toggle", () => find("device").open && describe());
  if (localStorage.getItem(CHOICE) === "on" && !missingHere()) {
    find("device-switch").checked = true;
    turn();
  }
}

/**
 * Look at a photo here, for a search: the fields that go in its place, and what was seen.
 *
 * @param {Blob} photo
 * @param {number[] | null} [box]
 * @returns {Promise<{fields: object, garment: object}>}
 * @throws {DeviceError} the photo is not sent then: see `reasonOf`
 */
export async function lookHere(photo, box = null) {
  const same = last?.photo === photo && String(last.box) === String(box);
  if (!same) last = { photo, box, found: await analyse(photo, box) };
  return { fields: fieldsOf(last.found), garment: shown(last.found.garment) };
}

/** Whether the service refuses what was seen because another network serves now. */
export const isOfAnotherNetwork = ({ errors }) => errors?.[0]?.code === "another_network";

/** Look at the next photo with the network that serves now. */
export function lookAgain() {
  last = null;
  renew();
}

// As much as the service tells of a photo.
const shown = (garment) => ({
  ...garment,
  category_scores: garment.category_scores.slice(0, N_CATEGORIES),
  attributes: garment.attributes.slice(0, N_ATTRIBUTES),
});

/** Why a photo could not be analysed here, in the page's language. */
export const reasonOf = (error) =>
  t(has(`device.error.${error.code}`) ? `device.error.${error.code}` : "device.error.device_failed");

async function turn() {
  last = null;
  on = find("device-switch").checked;
  if (!on) {
    localStorage.removeItem(CHOICE);
    stop();
    tell("device.off");
    return changed();
  }
  // From here on no photo leaves, whether or not the network comes.
  localStorage.setItem(CHOICE, "on");
  find("device").open = true;
  const bar = find("device-progress");
  bar.hidden = false;
  bar.value = 0;
  tell("device.fetching");
  try {
    await prepare((share) => {
      bar.value = share;
    });
    if (!on) return undefined;
    tell("device.ready");
    announce(t("device.ready"));
    return changed();
  } catch (error) {
    // It stays on: only who turned it on may let photos out again.
    if (on) find("device-status").textContent = reasonOf(error);
    return undefined;
  } finally {
    bar.hidden = true;
  }
}

// Told when the panel is opened: nothing is asked for before.
async function describe() {
  if (on) return undefined;
  const missing = missingHere();
  if (missing) return withhold(t(missing));
  const headers = key.get() ? { Authorization: `Bearer ${key.get()}` } : {};
  try {
    const answer = await fetch("/v1/network", { headers });
    if (answer.status === 401 || answer.status === 403) return withhold(t("device.reason.key"));
    if (answer.status === 404) return withhold(t("device.error.no_network"));
    const { runtime, address, bytes } = await answer.json();
    if (!runtime) return withhold(t("device.error.no_runtime"));
    find("device-choice").hidden = false;
    const isHere = await areStored([runtime.wasm, address]);
    const megabytes = Math.round((10 * (bytes + runtime.bytes)) / MB) / 10;
    return tell(isHere ? "device.here" : "device.size", { size: number(megabytes) });
  } catch {
    return withhold(t("device.error.not_fetched"));
  }
}

function withhold(reason) {
  find("device-choice").hidden = true;
  find("device-status").textContent = reason;
}

function tell(text, values) {
  find("device-status").textContent = t(text, values);
}
