// One release in full, or beside another.

import { element } from "../dom.js";
import { number, t } from "../i18n.js";
import { guardPlot } from "./guard_plot.js";
import { gainPlot, networkPlot, systemsPlot } from "./evaluation_plots.js";
import { columnsOf, networkTable } from "./network_table.js";
import { QUESTIONS, networkFigures, otherFigures } from "./release_figures.js";
import { folded, table, tiles } from "./tables.js";
import { figure, moment, own, size } from "./words.js";

/** Return the parts of the view. */
export function compared(one, other) {
  const heading = other
    ? t("detail.compared", { id: one.release_id, other: other.release_id })
    : t("detail.one", { id: one.release_id });
  const parts = [
    element("h3", { id: "detail-heading", tabindex: "-1", text: heading }),
    facts(one, other),
    one.guard ? guardPlot(one, other) : missing("detail.no_guard"),
  ];
  const plots = QUESTIONS.map((questions) => systemsPlot(questions, one, other)).filter(Boolean);
  if (plots.length) parts.push(element("div", { class: "side-by-side" }, ...plots));
  else parts.push(missing("detail.no_ranking"));
  const gain = gainPlot(one, other);
  if (gain) parts.push(gain);
  parts.push(...network(one, other), ...others(one, other), files(one));
  return parts;
}

const missing = (key) => element("p", { class: "nothing", text: t(key) });

function facts(one, other) {
  const rows = [
    ["created", (release) => moment(release.created)],
    ["items", (release) => number(release.n_items)],
    ["size", (release) => size(release.size)],
    ["dataset", (release) => own(release.data_fingerprint.slice(0, 12) || "–", { class: "id" })],
  ].map(([name, write]) => [t(`detail.${name}`), write(one), ...(other ? [write(other)] : [])]);
  if (!other) return tiles(rows);
  return table({ caption: t("detail.facts"), columns: columnsOf(one, other, []), rows, hideCaption: true });
}

function network(one, other) {
  const { first, all } = networkFigures(one.metrics);
  const parts = [];
  if (!all.length) parts.push(missing("detail.no_network"));
  else {
    if (first.length) parts.push(networkPlot(first, one, other));
    const caption = t("detail.network.all", { n: all.length });
    parts.push(folded(caption, networkTable(caption, all, one, other)));
  }
  if (one.network && Object.keys(one.network.variants).length) parts.push(variants(one.network.variants));
  return parts;
}

function variants(found) {
  const rows = Object.entries(found).map(([name, one]) => [
    own(name, { class: "id" }),
    one.published ? t("detail.variant.published") : t("detail.variant.held_back"),
    one.category_agreement === undefined ? "–" : figure(one.category_agreement),
    one.embedding_cosine === undefined ? "–" : figure(one.embedding_cosine),
    one.missed?.length ? own(one.missed.join("; "), { lang: "en" }) : "–",
  ]);
  const columns = ["variant", "published", "agreement", "cosine", "missed"];
  return table({
    caption: t("detail.variants"),
    columns: columns.map((name) => t(`detail.variant.${name}.column`)),
    rows,
  });
}

function others(one, other) {
  const found = otherFigures(one.metrics);
  if (!found.length) return [];
  const known = Object.fromEntries(otherFigures(other?.metrics ?? {}));
  const rows = found.map(([name, value]) => [
    own(name, { lang: "en" }),
    figure(value),
    ...(other ? [known[name] === undefined ? "–" : figure(known[name])] : []),
  ]);
  return [table({ caption: t("detail.others"), columns: columnsOf(one, other, []), rows })];
}

function files(one) {
  const columns = [t("detail.file"), { text: t("detail.size"), class: "number" }];
  const rows = one.files.map((file) => [own(file.name, { class: "id" }), size(file.size)]);
  const caption = t("detail.files", { n: one.files.length });
  return folded(caption, table({ caption, columns, rows, hideCaption: true }));
}
