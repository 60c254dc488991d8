// Publishing and rolling back: asked about first, and told what came of it.

import { ask } from "../api.js";
import { element, find } from "../dom.js";
import { number, t } from "../i18n.js";
import { moment, own, telling } from "./words.js";

/** Bring the dialog to life; `onChanged` is called once another release serves. */
export function startChange(onChanged) {
  const dialog = find("change-dialog");
  const [cancel, go, result] = [find("change-cancel"), find("change-go"), find("change-result")];
  let doing = null;
  let isBusy = false;

  cancel.addEventListener("click", () => dialog.close());
  dialog.addEventListener("cancel", (event) => {
    if (isBusy) event.preventDefault();
  });
  go.addEventListener("click", work);
  return { publish, rollBack };

  function publish(one, listed) {
    open({
      heading: t("change.publish", { id: one.release_id }),
      button: t("releases.publish"),
      path: `/v1/releases/${encodeURIComponent(one.release_id)}/publish`,
      one,
      listed,
    });
  }

  function rollBack(listed) {
    const one = listed.releases.find((each) => each.release_id === listed.before);
    const id = listed.before;
    open({
      heading: t("change.roll_back", { id }),
      button: t("releases.roll_back"),
      path: "/v1/releases/rollback",
      one: one ?? { release_id: id },
      listed,
    });
  }

  function open(asked) {
    doing = asked;
    find("change-heading").textContent = asked.heading;
    find("change-body").replaceChildren(...consequences(asked));
    Object.assign(go, { textContent: asked.button, hidden: false, disabled: false });
    Object.assign(cancel, { textContent: t("board.cancel"), disabled: false });
    result.textContent = "";
    result.className = "";
    dialog.showModal();
    cancel.focus();
  }

  async function work() {
    isBusy = true;
    go.disabled = true;
    cancel.disabled = true;
    say(t("change.working"), "waiting");
    try {
      const live = await ask(doing.path, { method: "POST" });
      say(t("change.done", { id: live.release_id, items: number(live.n_items), since: moment(live.since) }), "done");
      go.hidden = true;
      await onChanged();
    } catch (problem) {
      say(`${t("change.failed")} ${telling(problem)}`, "problem");
      go.disabled = false;
    }
    isBusy = false;
    Object.assign(cancel, { textContent: t("board.close"), disabled: false });
    cancel.focus();
  }

  function say(text, kind) {
    result.className = kind;
    result.textContent = text;
  }
}

function consequences({ one, listed }) {
  const live = listed.releases.find((each) => each.live);
  const facts = [];
  if (live && one.n_items !== undefined) {
    facts.push(fact(t("change.now"), live), fact(t("change.then"), one));
  }
  return [
    element("p", { text: t("change.how") }),
    facts.length ? element("dl", { class: "facts" }, ...facts.flat()) : null,
    element("p", { class: "hint", text: t("change.others") }),
  ].filter(Boolean);
}

function fact(name, one) {
  return [
    element("dt", { text: name }),
    element(
      "dd",
      {},
      own(one.release_id, { class: "id" }),
      element("small", { text: t("change.fact", { n: one.n_items, created: moment(one.created) }) }),
    ),
  ];
}
