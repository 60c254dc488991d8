// What the network sees in a photo, and where it looks.

import { ask } from "../api.js";
import { announce, element, find, icon } from "../dom.js";
import { percent, t } from "../i18n.js";
import { hottest, paint, toldHeat } from "./heat.js";
import { svg } from "./plot.js";
import { folded, table } from "./tables.js";
import { complain, named, own } from "./words.js";

const TYPES = ["colour", "texture", "fabric", "shape", "part", "style"];
let asking = null;
let shownPhoto = null;

/** Bring the view to life; returns what shows it. */
export function startPhoto() {
  const file = find("photo-file");
  const drop = find("photo-drop");
  file.addEventListener("change", () => {
    if (file.files.length) look(file.files[0]);
    file.value = "";
  });
  drop.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    if (event.dataTransfer.files.length) look(event.dataTransfer.files[0]);
  });
  document.addEventListener("paste", (event) => {
    const pasted = [...event.clipboardData.files].find((one) => one.type.startsWith("image/"));
    if (pasted && !find("view-photo").hidden) look(pasted);
  });
  return () => {};
}

async function look(photo) {
  asking?.abort();
  asking = new AbortController();
  const { signal } = asking;
  const body = find("photo-body");
  if (shownPhoto) URL.revokeObjectURL(shownPhoto);
  shownPhoto = URL.createObjectURL(photo);
  const waits = element("p", { class: "waiting", text: t("photo.looking") });
  body.replaceChildren(waits);
  body.setAttribute("aria-busy", "true");
  announce(t("photo.looking"));
  const form = new FormData();
  form.append("photo", photo, "photo");
  try {
    const found = await ask("/v1/detect/occlusion", { form, signal });
    body.replaceChildren(seen(found, shownPhoto));
    announce(t("photo.told", { category: found.garment.category }));
  } catch (problem) {
    if (problem.name === "AbortError") return;
    complain(body, problem);
  }
  body.removeAttribute("aria-busy");
}

function seen(found, address) {
  const stage = new Stage(found, address);
  const choose = (heat) => stage.show(heat);
  const panel = element(
    "div",
    { class: "seen-panel" },
    element("fieldset", { class: "maps" }, element("legend", { text: t("photo.maps") }), ...maps(found.heat, choose)),
    categories(found.garment),
  );
  const made = element("div", { class: "seen" }, stage.place, panel);
  choose(found.heat[0]);
  return made;
}

/** The photo with the box, and the heat of one thing at a time. */
class Stage {
  constructor(found, address) {
    this.cells = found.cells;
    this.heat = element("canvas", { class: "heat", width: found.cells, height: found.cells, "aria-hidden": "true" });
    this.words = element("p", { class: "heat-words", id: "heat-words", "aria-live": "polite" });
    this.legend = element("p", { class: "heat-legend" });
    this.values = element("div");
    const opaque = element("input", { type: "checkbox", checked: true, id: "heat-on" });
    const picture = element(
      "div",
      { class: "heat-stage" },
      element("img", { src: address, alt: t("photo.alt", { category: found.garment.category }) }),
      this.heat,
      boxOverlay(found.garment.box),
    );
    opaque.addEventListener("change", () => picture.classList.toggle("plain", !opaque.checked));
    this.place = element(
      "div",
      { class: "seen-photo" },
      element("h3", { text: t("photo.seen", { category: found.garment.category }) }),
      picture,
      element("label", { class: "check" }, opaque, element("span", { text: t("photo.heat_on") })),
      this.legend,
      this.words,
      folded(t("board.as_table"), this.values),
    );
  }

  show(heat) {
    const most = hottest(heat.values);
    paint(this.heat, heat.values, most);
    const name = heatName(heat);
    this.words.textContent = toldHeat(heat, name, most);
    this.legend.replaceChildren(
      element("span", { text: t("photo.legend.none") }),
      element("span", { class: "ramp", "aria-hidden": "true" }),
      element("span", { text: t("photo.legend.most", { points: percent(Math.max(most.value, 0)) }) }),
    );
    const columns = [t("photo.row"), ...heat.values.map((_, nth) => ({ text: String(nth + 1), class: "number" }))];
    const rows = heat.values.map((row, nth) => [String(nth + 1), ...row.map((one) => (one === null ? "–" : percent(one)))]);
    const caption = t("photo.values", { name });
    this.values.replaceChildren(table({ caption, columns, rows, layout: "wide", class: "grid-values" }));
  }
}

function boxOverlay([x1, y1, x2, y2]) {
  const edges = { x: x1, y: y1, width: Math.max(x2 - x1, 0), height: Math.max(y2 - y1, 0) };
  return svg(
    "svg",
    { class: "box-overlay", viewBox: "0 0 1 1", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { class: "box-dark", ...edges }),
    svg("rect", { class: "box-light", ...edges }),
  );
}

const heatName = (heat) => (heat.kind === "box" ? t("photo.box") : heat.name);

function maps(heat, choose) {
  const attributes = heat.filter((one) => one.kind === "attribute");
  const types = [...new Set(attributes.map((one) => one.type))];
  types.sort((a, b) => order(a) - order(b));
  const [category, box] = heat;
  const made = [
    option(category, t("photo.category", { name: category.name }), choose, true),
    option(box, t("photo.box"), choose),
  ];
  for (const type of types) {
    const own_ = attributes.filter((one) => one.type === type);
    made.push(
      element(
        "div",
        { class: "maps-group", role: "group", "aria-label": named("type", type ?? "other") },
        element("p", { class: "maps-type", text: named("type", type ?? "other"), "aria-hidden": "true" }),
        ...own_.map((one) => option(one, one.name, choose)),
      ),
    );
  }
  return made;
}

const order = (type) => (TYPES.includes(type) ? TYPES.indexOf(type) : TYPES.length);

function option(heat, text, choose, checked = false) {
  const radio = element("input", { type: "radio", name: "heat", checked, "aria-describedby": "heat-words" });
  radio.addEventListener("change", () => choose(heat));
  return element(
    "label",
    { class: "map" },
    radio,
    element("span", { class: "map-name" }, icon("eye"), own(text)),
    heat.score === null ? null : scoreBar(heat.score),
  );
}

function scoreBar(score) {
  return element(
    "span",
    { class: "score-bar" },
    svg(
      "svg",
      { viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" },
      svg("rect", { class: "fill", width: 100 * score, height: 8 }),
    ),
    element("span", { class: "percent", text: percent(score) }),
  );
}

function categories(garment) {
  const scores = garment.category_scores.map((one) => [own(one.name), scoreBar(one.score)]);
  return table({
    caption: t("photo.categories"),
    columns: [t("photo.category_name"), t("photo.score")],
    rows: scores,
    layout: "plain",
    class: "category-scores",
  });
}
