// Bytes to pixels, as modiste/data/images.py has them: upright, on white, at most so large.

import { DeviceError } from "../errors.js";
import { reduce, shrunk } from "./resample.js";

const STRIP_PX = 512; // rows read at a time: some phones give a canvas 16 million pixels at most

/** Decode a photo to at most `maxSide` pixels a side. */
export async function decode(photo, { maxSide, minSide }) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(photo, {
      imageOrientation: "from-image",
      premultiplyAlpha: "none",
      colorSpaceConversion: "none",
    });
  } catch (error) {
    throw new DeviceError("photo_unreadable", String(error));
  }
  try {
    const { width, height } = bitmap;
    if (Math.min(width, height) < minSide) {
      throw new DeviceError("photo_too_small", `${width} x ${height}`);
    }
    const isJpeg = await startsLikeJpeg(photo);
    const part = isJpeg ? draftFactor(width, height, maxSide) : 1;
    return shrunk(read(bitmap, part), maxSide);
  } finally {
    bitmap.close();
  }
}

/** Whether this browser hands out the pixels it was given; some change them on purpose. */
export function canvasIsHonest() {
  const canvas = new OffscreenCanvas(16, 16);
  const context = contextOf(canvas);
  const painted = context.createImageData(16, 16);
  for (let at = 0; at < painted.data.length; at++) {
    painted.data[at] = at % 4 === 3 ? 255 : (at * 7) % 256;
  }
  context.putImageData(painted, 0, 0);
  const seen = context.getImageData(0, 0, 16, 16).data;
  return painted.data.every((value, at) => value === seen[at]);
}

// libjpeg decodes large photos at a half, a quarter or an eighth, which is nearly the mean.
function draftFactor(width, height, maxSide) {
  const spare = Math.min(Math.floor(width / maxSide), Math.floor(height / maxSide));
  return [8, 4, 2, 1].find((factor) => spare >= factor) ?? 1;
}

async function startsLikeJpeg(photo) {
  const [first, second] = new Uint8Array(await photo.slice(0, 2).arrayBuffer());
  return first === 0xff && second === 0xd8;
}

function read(bitmap, part) {
  const width = Math.ceil(bitmap.width / part);
  const height = Math.ceil(bitmap.height / part);
  const data = new Uint8ClampedArray(4 * width * height);
  const canvas = new OffscreenCanvas(bitmap.width, Math.min(STRIP_PX, bitmap.height));
  const context = contextOf(canvas);
  for (let top = 0; top < bitmap.height; top += STRIP_PX) {
    const rows = Math.min(STRIP_PX, bitmap.height - top);
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, rows);
    context.drawImage(bitmap, 0, -top);
    const strip = context.getImageData(0, 0, canvas.width, rows);
    const smaller = part > 1 ? reduce(strip, part, part) : strip;
    data.set(smaller.data, (4 * width * top) / part);
  }
  return { width, height, data };
}

function contextOf(canvas) {
  return canvas.getContext("2d", { willReadFrequently: true });
}
