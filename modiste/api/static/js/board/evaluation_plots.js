// How a release did on what it was not fitted on: each way of ranking, each segment, the network.

import { t } from "../i18n.js";
import { dots } from "./dots.js";
import { networkTable } from "./network_table.js";
import { networkFigures } from "./release_figures.js";
import { plotted, table } from "./tables.js";
import { day, difference, named, share } from "./words.js";

const interval = ({ mean, low, high }) => ({ value: mean, low, high });
const inBrackets = (found, write) => `${write(found.mean)} [${write(found.low)}, ${write(found.high)}]`;

/** Make the plot of every way of ranking for one kind of question; null where there is none. */
export function systemsPlot(questions, one, other) {
  const systems = one.metrics.ranking?.systems?.[questions];
  if (!systems) return null;
  const beside = other?.metrics.ranking?.systems?.[questions] ?? {};
  const ordered = Object.entries(systems).sort(([, a], [, b]) => b.ndcg_at_10.mean - a.ndcg_at_10.mean);
  const title = t(`systems.${questions}`);
  const rows = ordered.map(([name, found]) => {
    const points = [{ ...interval(found.ndcg_at_10), class: name === "served" ? "served" : "alone" }];
    if (beside[name]) points.unshift({ ...interval(beside[name].ndcg_at_10), class: "compared" });
    return { name: named("scorer", name), note: share(found.ndcg_at_10.mean), points };
  });
  const [best] = ordered;
  const some = best[1];
  const window = one.metrics.ranking.window;
  const hint = t("systems.hint", {
    queries: some.n_queries,
    n: some.n_users,
    from: day(window.as_of),
    until: day(window.until),
  });
  const description = t("systems.description", {
    best: named("scorer", best[0]),
    value: share(some.ndcg_at_10.mean),
    served: systems.served ? share(systems.served.ndcg_at_10.mean) : "–",
  });
  const legend = comparing(one, other);
  return plotted(title, hint, dots(rows, { title, description, write: share, legend }), systemsTable(title, ordered));
}

const comparing = (one, other) =>
  other
    ? [
        [one.release_id, "served"],
        [other.release_id, "compared"],
      ]
    : [];

function systemsTable(title, ordered) {
  const figures = ["map_at_10", "recall_at_10", "hit_rate_at_10", "mrr_at_10", "diversity_at_10", "novelty_at_10"];
  const shown = figures.filter((name) => ordered.some(([, found]) => found[name]));
  const columns = [
    t("systems.system"),
    { text: "NDCG@10", class: "number" },
    ...shown.map((name) => ({ text: t(`figure.${name}`), class: "number" })),
    { text: t("figure.coverage_at_10"), class: "number" },
  ];
  const rows = ordered.map(([name, found]) => [
    named("scorer", name),
    inBrackets(found.ndcg_at_10, share),
    ...shown.map((figure) => (found[figure] ? share(found[figure].mean) : "–")),
    share(found.coverage_at_10 ?? 0),
  ]);
  return table({ caption: title, columns, rows, layout: "wide", hideCaption: true });
}

/** Make the plot of what is served minus the best single source, by segment; null without one. */
export function gainPlot(one, other) {
  const segments = Object.entries(one.metrics.ranking?.segments ?? {});
  if (!segments.length) return null;
  const beside = other?.metrics.ranking?.segments ?? {};
  const title = t("gain.title");
  const rows = segments.map(([name, found]) => {
    const gain = found.served_minus_best_single;
    const points = [{ ...interval(gain), class: gain.high < 0 ? "worse" : "served" }];
    if (beside[name]) points.unshift({ ...interval(beside[name].served_minus_best_single), class: "compared" });
    return {
      name: t("guard.row", { segment: named("segment", name), n: found.n_queries }),
      note: difference(gain.mean),
      points,
    };
  });
  const worse = segments.filter(([, found]) => found.served_minus_best_single.high < 0);
  const description = worse.length
    ? t("gain.worse", { n: worse.length, names: worse.map(([name]) => named("segment", name)).join(", ") })
    : t("gain.nowhere", { n: segments.length });
  const columns = [
    t("guard.segment"),
    { text: t("guard.queries"), class: "number" },
    t("gain.best"),
    { text: t("gain.difference"), class: "number" },
  ];
  const cells = segments.map(([name, found]) => [
    named("segment", name),
    String(found.n_queries),
    named("scorer", found.best_single),
    inBrackets(found.served_minus_best_single, difference),
  ]);
  const asTable = table({ caption: title, columns, rows: cells, hideCaption: true });
  const legend = comparing(one, other);
  const plot = dots(rows, { title, description, write: difference, legend });
  return plotted(title, description, plot, asTable);
}

/** Make the plot of the network's first figures beside answering without looking. */
export function networkPlot(first, one, other) {
  const beside = Object.fromEntries(networkFigures(other?.metrics ?? {}).all);
  const title = t("network.title");
  const rows = first.map(([name, found]) => {
    const points = [{ value: found.baseline, class: "alone" }];
    if (beside[name]) points.push({ value: beside[name].value, class: "compared" });
    points.push({ value: found.value, class: "served" });
    return { name: networkName(name), note: share(found.value), points };
  });
  const legend = [
    [one.release_id, "served"],
    ...(other ? [[other.release_id, "compared"]] : []),
    [t("network.baseline"), "alone"],
  ];
  const description = first.map(([name, { value }]) => `${networkName(name)}: ${share(value)}.`).join(" ");
  const hint = t("network.hint", { n: one.metrics.network.n_photos ?? 0 });
  const plot = dots(rows, { title, description, write: share, legend });
  return plotted(title, hint, plot, networkTable(title, first, one, other));
}

/** Return what a figure of the network is called here; its own English name where it has none. */
function networkName(name) {
  const category = /^category top-(\d+)$/.exec(name);
  if (category) return t("network.category", { n: Number(category[1]) });
  if (name.startsWith("box overlap")) return t("network.box");
  if (name.startsWith("attribute recall")) return t("network.attributes");
  const recall = /^street photo finds its item, recall@(\d+)/.exec(name);
  return recall ? t("network.street", { n: Number(recall[1]) }) : name;
}
