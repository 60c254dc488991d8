// What a release's figures are called and where they lie; a release may have none of them.

export const SEGMENTS = ["query_hot", "query_warm", "query_cold", "home_hot", "home_warm", "home_cold"];
export const QUESTIONS = ["query", "home"];

/** The network's figures that are shown first; the others are behind a fold. */
const FIRST = [
  /^category top-[15]$/,
  /^box overlap, mean$/,
  /^attribute recall top-5, ranked within each type$/,
  /^street photo finds its item, recall@(1|20) /,
];

/** Return the three figures that a list has room for; what there is none of is undefined. */
export function headline(metrics) {
  const served = (questions) => metrics.ranking?.systems?.[questions]?.served?.ndcg_at_10?.mean;
  return {
    query: served("query"),
    home: served("home"),
    category: metrics.network?.figures?.["category top-1"]?.value,
  };
}

/** Return the network's figures as `[name, {value, baseline, n}]`: those shown first, and all. */
export function networkFigures(metrics) {
  const all = Object.entries(metrics.network?.figures ?? {});
  const place = (name) => FIRST.findIndex((rule) => rule.test(name));
  const first = all.filter(([name]) => place(name) >= 0);
  first.sort(([a], [b]) => place(a) - place(b) || a.localeCompare(b, "en", { numeric: true }));
  return { first, all };
}

/** Return every number that is no part of the network's or the ranking's, by its path. */
export function otherFigures(metrics) {
  const { network: _network, ranking: _ranking, ...others } = metrics;
  return [...numbers(others, "")];
}

function* numbers(values, path) {
  for (const [name, value] of Object.entries(values)) {
    const here = path ? `${path}, ${name}` : name;
    if (typeof value === "number") yield [here, value];
    else if (value !== null && typeof value === "object") yield* numbers(value, here);
  }
}
