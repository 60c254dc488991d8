// The network's figures as a table, of one release or of two.

import { number, t } from "../i18n.js";
import { networkFigures } from "./release_figures.js";
import { table } from "./tables.js";
import { difference, own, share } from "./words.js";

/** Return the columns of a table with a column a release. */
export function columnsOf(one, other, further) {
  const column = (release) => ({ text: release.release_id, class: "number" });
  return [t("detail.figure"), column(one), ...(other ? [column(other)] : []), ...further];
}

/** Return the table of the network's figures. */
export function networkTable(caption, figures, one, other) {
  const known = Object.fromEntries(networkFigures(other?.metrics ?? {}).all);
  const numbersOf = (name, found) => {
    const beside = known[name]?.value;
    const cells = [share(found.value)];
    if (other) {
      cells.push(beside === undefined ? "–" : share(beside));
      cells.push(beside === undefined ? "–" : difference(found.value - beside));
    }
    return [...cells, share(found.baseline), number(found.n)];
  };
  const further = [
    ...(other ? [{ text: t("detail.difference"), class: "number" }] : []),
    { text: t("detail.baseline"), class: "number" },
    { text: t("detail.n"), class: "number" },
  ];
  return table({
    caption,
    columns: columnsOf(one, other, further),
    rows: figures.map(([name, found]) => [own(name, { lang: "en" }), ...numbersOf(name, found)]),
    layout: other ? "wide" : "stacking",
    hideCaption: true,
  });
}
