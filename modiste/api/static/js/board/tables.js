// Tables that can be read on a phone, and figures at a glance.

import { element } from "../dom.js";
import { t } from "../i18n.js";

/**
 * Make a table. A cell is text, an element, or `{content, class}`; on a phone each stands beside
 * the name of its column, where its
 * `layout` is stacking; a wide one scrolls, a plain one stays as it is.
 *
 * @param {{caption: string, columns: (string|{text: string, class?: string})[], rows: Array}} what
 */
export function table({ caption, columns, rows, class: kind = "", empty = null, hint = null, layout = "stacking", hideCaption = false }) {
  if (!rows.length && empty) {
    return element("div", {}, element("h3", { text: caption }), element("p", { class: "nothing", text: empty }));
  }
  const heads = columns.map((column) => (typeof column === "string" ? { text: column } : column));
  const head = element("tr", {}, ...heads.map((one) => element("th", { scope: "col", ...one })));
  const body = rows.map((cells) => {
    const made = cells.map((cell, nth) => tableCell(cell, heads[nth], nth === 0));
    return element("tr", {}, ...made);
  });
  const made = element(
    "table",
    { class: `figures ${layout} ${kind}` },
    element(
      "caption",
      { class: hideCaption ? "visually-hidden" : null },
      caption,
      hint ? element("span", { class: "hint", text: hint }) : null,
    ),
    element("thead", {}, head),
    element("tbody", {}, ...body),
  );
  if (layout !== "wide") return made;
  return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption }, made);
}

function tableCell(cell, head, isFirst) {
  const given = cell !== null && typeof cell === "object" && !(cell instanceof Node);
  const { content, class: kind } = given ? cell : { content: cell };
  const options = { class: [head.class, kind].filter(Boolean).join(" ") || null };
  const made = isFirst
    ? element("th", { scope: "row", ...options })
    : element("td", { ...options, "data-label": head.text });
  made.append(content ?? "");
  return made;
}

/** Make figures at a glance: `[label, value, note]` each. */
export function tiles(figures) {
  return element(
    "dl",
    { class: "tiles" },
    ...figures.map(([label, value, note, kind]) =>
      element(
        "div",
        { class: `tile ${kind ?? ""}` },
        element("dt", { text: label }),
        element("dd", {}, element("strong", {}, value), note ? element("small", { text: note }) : null),
      ),
    ),
  );
}

/** Put something behind a line that opens it, such as the table of a plot. */
export function folded(title, ...content) {
  return element("details", { class: "folded" }, element("summary", { text: title }), ...content);
}

/** Put a plot and the table that says the same into one figure. */
export function plotted(title, hint, plot, asTable) {
  return element(
    "figure",
    { class: "plot" },
    element("figcaption", {}, element("h3", { text: title }), hint ? element("p", { class: "hint", text: hint }) : null),
    plot,
    folded(t("board.as_table"), asTable),
  );
}
