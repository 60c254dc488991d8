// The guard's table: which scorer serves each kind of request, and the figures that say why.

import { element } from "../dom.js";
import { t } from "../i18n.js";
import { dots } from "./dots.js";
import { SEGMENTS } from "./release_figures.js";
import { plotted, table } from "./tables.js";
import { named, share } from "./words.js";

/** Make the plot and its table. */
export function guardPlot(one, other) {
  const { guard } = one;
  const segments = SEGMENTS.filter((name) => guard.ndcg_at_10[name]);
  if (!segments.length) {
    return element("p", { class: "nothing", text: [t("guard.none"), guard.note].filter(Boolean).join(" ") });
  }
  const title = t("guard.title");
  const rows = segments.map((name) => row(name, guard, other?.guard));
  const description = segments
    .map((name) => {
      const scorer = guard.served[name];
      const value = guard.ndcg_at_10[name][scorer];
      return t("guard.description", {
        segment: named("segment", name),
        scorer: named("scorer", scorer),
        value: share(value),
      });
    })
    .join(" ");
  const legend = [
    [other ? t("guard.served.of", { id: one.release_id }) : t("guard.served"), "served"],
    ...(other ? [[t("guard.served.of", { id: other.release_id }), "compared"]] : []),
    [t("guard.alone"), "alone"],
  ];
  const plot = dots(rows, { title, description, write: share, legend });
  return plotted(title, t("guard.hint"), plot, asTable(one, segments));
}

function row(name, guard, other) {
  const scores = guard.ndcg_at_10[name];
  const served = guard.served[name];
  const points = Object.entries(scores)
    .filter(([scorer]) => scorer !== served)
    .map(([, value]) => ({ value, class: "alone" }));
  const beside = other?.ndcg_at_10[name]?.[other.served[name]];
  if (beside !== undefined) points.push({ value: beside, class: "compared" });
  if (scores[served] !== undefined) points.push({ value: scores[served], class: "served" });
  return {
    name: t("guard.row", { segment: named("segment", name), n: guard.n_queries[name] ?? 0 }),
    note: named("scorer", served),
    points,
  };
}

function asTable(one, segments) {
  const { guard } = one;
  const scorers = [...new Set(segments.flatMap((name) => Object.keys(guard.ndcg_at_10[name])))];
  const columns = [
    t("guard.segment"),
    { text: t("guard.queries"), class: "number" },
    t("guard.serves"),
    ...scorers.map((name) => ({ text: named("scorer", name), class: "number" })),
  ];
  const rows = segments.map((name) => [
    named("segment", name),
    String(guard.n_queries[name] ?? 0),
    named("scorer", guard.served[name]),
    ...scorers.map((scorer) => {
      const value = guard.ndcg_at_10[name][scorer];
      const content = value === undefined ? "–" : share(value);
      return { content, class: scorer === guard.served[name] ? "chosen" : null };
    }),
  ]);
  return table({ caption: t("guard.title"), columns, rows, layout: "wide", hideCaption: true });
}
