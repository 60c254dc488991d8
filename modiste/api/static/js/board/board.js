// The board: which view is shown, and which release serves.

import { ask } from "../api.js";
import { find } from "../dom.js";
import { startHeader } from "../header.js";
import { number, t } from "../i18n.js";
import { startEvents } from "./events.js";
import { startPhoto } from "./photo.js";
import { startReleases } from "./releases.js";
import { startSearches } from "./searches.js";
import { moment, telling } from "./words.js";

const VIEWS = {
  releases: startReleases(() => tellServing()),
  events: startEvents(),
  searches: startSearches(),
  photo: startPhoto(),
};
let shown = null;

function show(focus) {
  const asked = location.hash.slice(1);
  const name = asked in VIEWS ? asked : "releases";
  for (const link of document.querySelectorAll("[data-view]")) {
    const isShown = link.dataset.view === name;
    if (isShown) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    if (isShown) link.scrollIntoView({ block: "nearest", inline: "center" });
  }
  for (const view of Object.keys(VIEWS)) find(`view-${view}`).hidden = view !== name;
  document.title = `${t(`board.${name}`)} · ${t("board.title")}`;
  if (focus) find(`heading-${name}`).focus();
  if (shown !== name) VIEWS[name]();
  shown = name;
}

async function tellServing() {
  const line = find("serving");
  try {
    const ready = await ask("/readyz");
    const since = moment(ready.since);
    line.textContent = t("board.serving", { id: ready.release_id, since, items: number(ready.n_items) });
  } catch (problem) {
    line.textContent = telling(problem);
  }
}

startHeader();
addEventListener("hashchange", () => show(true));
show(false);
await tellServing();
