// Plots as SVG, drawn again as wide as there is room; where text runs from the right, so do they.

const SVG = "http://www.w3.org/2000/svg";
const isMirrored = document.documentElement.dir === "rtl";
let ids = 0;

/** Make an SVG element; null attributes are left out. */
export function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") made.textContent = value;
    else if (value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter(Boolean));
  return made;
}

/**
 * Return a place where `draw(width)` is drawn, again whenever its width changes.
 *
 * @param {(width: number) => {height: number, parts: Element[]}} draw
 * @param {{title: string, description: string}} said what who cannot see it hears
 */
export function canvas(draw, { title, description }) {
  const place = document.createElement("div");
  place.className = "canvas";
  ids += 1;
  const [titleId, descriptionId] = [`plot-${ids}-title`, `plot-${ids}-description`];
  let drawn = 0;
  const again = () => {
    const width = Math.floor(place.clientWidth);
    if (width === 0 || width === drawn) return;
    drawn = width;
    const { height, parts } = draw(width);
    place.replaceChildren(
      svg(
        "svg",
        {
          role: "img",
          viewBox: `0 0 ${width} ${height}`,
          width,
          height,
          "aria-labelledby": titleId,
          "aria-describedby": descriptionId,
        },
        svg("title", { id: titleId, text: title }),
        svg("desc", { id: descriptionId, text: description }),
        ...parts,
      ),
    );
  };
  new ResizeObserver(again).observe(place);
  return place;
}

/** Return how far from the left something lies that is `x` from where reading starts. */
export const across = (x, width) => (isMirrored ? width - x : x);

/** Return the left edge of something as wide as `length` that starts at `x`. */
export const edge = (x, length, width) => (isMirrored ? width - x - length : x);

/** Return round steps from 0 to at least `most`, some `wanted` of them. */
export function steps(most, wanted = 4) {
  if (!(most > 0)) return [0, 1];
  const rough = most / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].find((one) => one * power >= rough) * power;
  const count = Math.ceil(most / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, nth) => Number((nth * step).toPrecision(12)));
}

/** Text in a plot; `anchor` is start, middle or end in reading direction. */
export function label(text, x, y, { anchor = "start", class: kind = "" } = {}) {
  return svg("text", { x, y, "text-anchor": anchor, class: `tick-text ${kind}`, text });
}
