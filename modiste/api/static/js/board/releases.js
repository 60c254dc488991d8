// Releases: all of them, one in full or two side by side, and which one serves.

import { ask } from "../api.js";
import { announce, element, find } from "../dom.js";
import { number, t } from "../i18n.js";
import { startChange } from "./change.js";
import { compared } from "./release_detail.js";
import { headline } from "./release_figures.js";
import { table } from "./tables.js";
import { complain, figure, moment, own, size, waiting } from "./words.js";

/** Bring the view to life; `onChange` is called when another release serves. Returns what shows it. */
export function startReleases(onChange) {
  const state = { listed: null, one: null, other: "" };
  const change = startChange(async () => {
    await onChange();
    await show(true);
  });
  find("roll-back").addEventListener("click", () => change.rollBack(state.listed));
  return show;

  async function show(again = false) {
    const place = find("releases-list");
    place.setAttribute("aria-busy", "true");
    if (!place.childElementCount) place.append(waiting());
    try {
      state.listed = await ask("/v1/releases");
      draw(again);
      await detail();
    } catch (problem) {
      complain(place, problem);
    }
    place.removeAttribute("aria-busy");
  }

  function draw(again) {
    const { releases, before } = state.listed;
    const live = releases.find((one) => one.live);
    if (again || !releases.some((one) => one.release_id === state.one)) {
      state.one = (live ?? releases.at(-1))?.release_id ?? null;
    }
    if (state.other === state.one) state.other = "";
    find("roll-back").disabled = !before;
    find("releases-list").replaceChildren(...warnings(state.listed), list(), pickers());
  }

  function list() {
    const { releases, before } = state.listed;
    const rows = [...releases].reverse().map((one) => {
      const { query, home, category } = headline(one.metrics);
      return [
        element("span", { class: "release" }, own(one.release_id, { class: "id" }), badge(one, before)),
        moment(one.created),
        { content: number(one.n_items), class: "number" },
        { content: size(one.size), class: "number" },
        ...[query, home, category].map((value) => (value === undefined ? "–" : figure(value))),
        actions(one),
      ];
    });
    const numbers = ["items", "size", "query", "home", "category"];
    const columns = ["release", "created", ...numbers, "actions"].map((name) => ({
      text: t(`releases.${name}`),
      class: numbers.includes(name) ? "number" : null,
    }));
    return table({ caption: t("releases.list"), columns, rows, empty: t("releases.none"), class: "releases" });
  }

  function actions(one) {
    const look = element("button", {
      type: "button",
      class: "small",
      text: t("releases.look"),
      "aria-label": t("releases.look.at", { id: one.release_id }),
      on: { click: () => choose(one.release_id, state.other === one.release_id ? "" : state.other, true) },
    });
    const publish = element("button", {
      type: "button",
      class: "primary small",
      text: t("releases.publish"),
      "aria-label": t("releases.publish.this", { id: one.release_id }),
      on: { click: () => change.publish(one, state.listed) },
    });
    return element("span", { class: "actions" }, look, one.live ? null : publish);
  }

  function pickers() {
    const ids = state.listed.releases.map((one) => one.release_id).reverse();
    if (!ids.length) return element("div");
    const one = picker("release-one", t("releases.show"), ids, state.one);
    const other = picker("release-other", t("releases.compare"), ids, state.other, t("releases.compare.none"));
    const changed = () => choose(one.value, other.value);
    one.addEventListener("change", changed);
    other.addEventListener("change", changed);
    return element("div", { class: "pickers" }, one.parentElement, other.parentElement);
  }

  async function choose(one, other, focus = false) {
    Object.assign(state, { one, other: other === one ? "" : other });
    find("release-one").value = state.one;
    find("release-other").value = state.other;
    await detail();
    if (focus) find("detail-heading")?.focus();
  }

  async function detail() {
    const place = find("release-detail");
    if (!state.one) return place.replaceChildren();
    const wanted = [state.one, state.other];
    try {
      const found = await Promise.all(
        wanted.filter(Boolean).map((id) => ask(`/v1/releases/${encodeURIComponent(id)}`)),
      );
      if (wanted[0] !== state.one || wanted[1] !== state.other) return undefined;
      place.replaceChildren(...compared(found[0], found[1] ?? null));
      announce(t("releases.told", { id: state.one }));
    } catch (problem) {
      complain(place, problem);
    }
    return undefined;
  }
}

function picker(id, text, ids, chosen, none = null) {
  const select = element(
    "select",
    { id, autocomplete: "off" },
    none === null ? null : element("option", { value: "", text: none }),
    ...ids.map((one) => element("option", { value: one, text: one })),
  );
  select.value = chosen;
  element("label", { class: "pick" }, element("span", { text }), select);
  return select;
}

function badge(one, before) {
  if (one.live) return element("span", { class: "mark live", text: t("releases.live") });
  if (one.release_id === before) return element("span", { class: "mark", text: t("releases.before") });
  return null;
}

function warnings({ unreadable, refused }) {
  const said = unreadable.map((one) => t("releases.unreadable", { id: one.release_id, why: one.why }));
  if (refused) {
    const { release_id: id, why, when } = refused;
    said.unshift(t("releases.refused", { id, why, when: moment(when) }));
  }
  return said.map((text) => element("p", { class: "problem", text }));
}
