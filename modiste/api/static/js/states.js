// What stands where products would: waiting, or what went wrong and what to do about it.

import { element, find } from "./dom.js";
import { has, t } from "./i18n.js";

const N_SKELETONS = 8;

/** Show the shape of cards to come. */
export function showSkeletons(list) {
  const one = () => element("li", { class: "card skeleton", "aria-hidden": "true" }, element("div", { class: "photo" }), element("div", { class: "body" }));
  list.replaceChildren(...Array.from({ length: N_SKELETONS }, one));
}

/** Show what went wrong, with `again` to try once more; null shows nothing. */
export function showProblem(problem, again) {
  const box = find("problem");
  box.hidden = !problem;
  if (!problem) return;
  if (problem.status === undefined) throw problem; // a fault of the page, not of the service
  const isOfPhoto = problem.status === 422 && problem.errors[0]?.field === "photo";
  const status = isOfPhoto ? 415 : problem.status;
  const known = has(`problem.${status}`) ? `problem.${status}` : "problem.other";
  find("problem-title").textContent = t(known, { n: problem.retryAfter ?? 1 });
  find("problem-detail").textContent = problem.detail;
  find("problem-again").onclick = again;
  if (problem.status === 0) addEventListener("online", again, { once: true });
}

/** Tell whether there is a network. */
export function startStates() {
  const tell = () => {
    find("offline").hidden = navigator.onLine;
  };
  addEventListener("online", tell);
  addEventListener("offline", tell);
  tell();
}
