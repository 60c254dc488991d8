// Photos made smaller exactly as the service does it: Pillow's reduce and bilinear resize, in
// its own fixed-point arithmetic. A canvas scales in ways of its own, which moves embeddings.
//
// A picture is { width, height, data } with four bytes a pixel, the last of them ignored.

const PRECISION_BITS = 22; // Pillow's, for pictures of eight bits a channel

/** The part of a photo in a box (fractions, xyxy), squashed to a square: crop_and_resize. */
export function cropAndResize(picture, size, box = null) {
  const { width, height } = picture;
  let edges = [0, 0, width, height];
  if (box) {
    const [x1, y1, x2, y2] = box;
    const left = x1 * width;
    const top = y1 * height;
    edges = [
      Math.min(left, width - 1),
      Math.min(top, height - 1),
      Math.min(Math.max(x2 * width, left + 1), width),
      Math.min(Math.max(y2 * height, top + 1), height),
    ];
  }
  return resize(picture, size, size, edges, 3);
}

/** A photo whose longer side is at most so many pixels: the last step of decode. */
export function shrunk(picture, maxSide) {
  const longest = Math.max(picture.width, picture.height);
  if (longest <= maxSide) return picture;
  const scale = maxSide / longest;
  const width = Math.max(1, roundHalfEven(picture.width * scale));
  const height = Math.max(1, roundHalfEven(picture.height * scale));
  return resize(picture, width, height, [0, 0, picture.width, picture.height], 2);
}

/** The mean of each block of pixels; blocks at the far edges may be cut. */
export function reduce(picture, across, down, box = [0, 0, picture.width, picture.height]) {
  const [left, top, right, bottom] = box;
  const width = Math.ceil((right - left) / across);
  const height = Math.ceil((bottom - top) / down);
  const data = new Uint8ClampedArray(4 * width * height);
  const source = picture.data;
  for (let y = 0; y < height; y++) {
    const startY = top + y * down;
    const endY = Math.min(startY + down, bottom);
    for (let x = 0; x < width; x++) {
      const startX = left + x * across;
      const endX = Math.min(startX + across, right);
      const count = (endX - startX) * (endY - startY);
      const multiplier = Math.floor(Math.fround(2 ** 32 / (256 * count)));
      const half = count >> 1;
      let red = half;
      let green = half;
      let blue = half;
      for (let row = startY; row < endY; row++) {
        let at = 4 * (row * picture.width + startX);
        for (let column = startX; column < endX; column++, at += 4) {
          red += source[at];
          green += source[at + 1];
          blue += source[at + 2];
        }
      }
      const to = 4 * (y * width + x);
      data[to] = Math.imul(red, multiplier) >>> 24;
      data[to + 1] = Math.imul(green, multiplier) >>> 24;
      data[to + 2] = Math.imul(blue, multiplier) >>> 24;
      data[to + 3] = 255;
    }
  }
  return { width, height, data };
}

function resize(picture, width, height, box, gap) {
  let edges = box;
  let source = picture;
  const across = Math.trunc((box[2] - box[0]) / width / gap) || 1;
  const down = Math.trunc((box[3] - box[1]) / height / gap) || 1;
  if (across > 1 || down > 1) {
    const safe = withNeighbours(picture, width, height, box);
    source = reduce(picture, across, down, safe);
    edges = [
      (box[0] - safe[0]) / across,
      (box[1] - safe[1]) / down,
      (box[2] - safe[0]) / across,
      (box[3] - safe[1]) / down,
    ];
  }
  return resampled(source, width, height, edges.map(Math.fround));
}

function withNeighbours(picture, width, height, [left, top, right, bottom]) {
  const spareX = (0.5 * (right - left)) / width;
  const spareY = (0.5 * (bottom - top)) / height;
  return [
    Math.max(0, Math.trunc(left - spareX)),
    Math.max(0, Math.trunc(top - spareY)),
    Math.min(picture.width, Math.ceil(right + spareX)),
    Math.min(picture.height, Math.ceil(bottom + spareY)),
  ];
}

function resampled(picture, width, height, [left, top, right, bottom]) {
  const columns = weights(picture.width, left, right, width);
  const rows = weights(picture.height, top, bottom, height);
  // Each pass rounds, so that their order shows. Pillow before 13 always goes across first.
  const rowsLost = picture.height - height;
  const downFirst = rowsLost > 0 && rowsLost > 2 * (picture.width - width);
  return downFirst
    ? across(down(picture, rows), columns)
    : down(across(picture, columns, rows), rows);
}

/** Each row made of fewer or more columns; of the rows, those alone that are used after. */
function across(picture, columns, rows = null) {
  const last = rows?.at(-1);
  const from = rows ? rows[0].start : 0;
  const to = rows ? last.start + last.weights.length : picture.height;
  const width = columns.length;
  const data = new Uint8ClampedArray(4 * width * picture.height);
  for (let y = from; y < to; y++) {
    for (let x = 0; x < width; x++) {
      const { start, weights: share } = columns[x];
      mix(picture.data, 4 * (y * picture.width + start), 4, share, data, 4 * (y * width + x));
    }
  }
  return { width, height: picture.height, data };
}

/** Each column made of fewer or more rows. */
function down(picture, rows) {
  const { width } = picture;
  const data = new Uint8ClampedArray(4 * width * rows.length);
  for (let y = 0; y < rows.length; y++) {
    const { start, weights: share } = rows[y];
    for (let x = 0; x < width; x++) {
      mix(picture.data, 4 * (start * width + x), 4 * width, share, data, 4 * (y * width + x));
    }
  }
  return { width, height: rows.length, data };
}

function mix(source, at, step, share, target, to) {
  let red = 1 << (PRECISION_BITS - 1);
  let green = red;
  let blue = red;
  for (let i = 0; i < share.length; i++, at += step) {
    red += source[at] * share[i];
    green += source[at + 1] * share[i];
    blue += source[at + 2] * share[i];
  }
  target[to] = red >> PRECISION_BITS; // the array keeps it in eight bits
  target[to + 1] = green >> PRECISION_BITS;
  target[to + 2] = blue >> PRECISION_BITS;
  target[to + 3] = 255;
}

/** Which pixels of a line each pixel of the smaller line is made of, and how much of each. */
function weights(inSize, from, to, outSize) {
  const scale = Math.fround(to - from) / outSize;
  const support = Math.max(scale, 1);
  const found = [];
  for (let out = 0; out < outSize; out++) {
    const centre = from + (out + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const end = Math.min(inSize, Math.trunc(centre + support + 0.5));
    const shares = [];
    let total = 0;
    for (let at = start; at < end; at++) {
      const share = Math.max(0, 1 - Math.abs((at - centre + 0.5) * (1 / support)));
      shares.push(share);
      total += share;
    }
    const fixed = shares.map((share) => {
      const part = total === 0 ? share : share / total;
      return Math.trunc(0.5 + part * 2 ** PRECISION_BITS);
    });
    found.push({ start, weights: Int32Array.from(fixed) });
  }
  return found;
}

function roundHalfEven(value) {
  const below = Math.floor(value);
  const over = value - below;
  if (over === 0.5) return below % 2 === 0 ? below : below + 1;
  return over < 0.5 ? below : below + 1;
}
