// Events as they come in, by kind, and those that were set aside.

import { ask } from "../api.js";
import { announce, element, find } from "../dom.js";
import { number, t } from "../i18n.js";
import { stacked } from "./stacked.js";
import { plotted, table, tiles } from "./tables.js";
import { complain, hour, minute, moment, named, own, waiting, weekday } from "./words.js";

const SPANS = {
  hour: { hours: 1, step_minutes: 1 },
  day: { hours: 24, step_minutes: 60 },
  day_fine: { hours: 24, step_minutes: 10 },
  week: { hours: 168, step_minutes: 360 },
};
const KINDS = ["search", "view_item", "add_to_wishlist", "add_to_cart", "purchase", "refund"];
const A_DAY = 24 * 60;

/** Bring the view to life; returns what shows it. */
export function startEvents() {
  const span = find("events-span");
  span.addEventListener("change", show);
  find("events-again").addEventListener("click", show);
  return show;

  async function show() {
    const body = find("events-body");
    body.setAttribute("aria-busy", "true");
    if (!body.childElementCount) body.append(waiting());
    const asked = SPANS[span.value];
    try {
      const flow = await ask(`/v1/events/flow?${new URLSearchParams(asked)}`);
      body.replaceChildren(...told(flow, asked));
      announce(t("events.told", { n: sum(flow.kinds.flatMap((kind) => kind.counts)) }));
    } catch (problem) {
      complain(body, problem);
    }
    body.removeAttribute("aria-busy");
  }
}

function told(flow, asked) {
  const kinds = [...flow.kinds].sort((a, b) => KINDS.indexOf(a.event_name) - KINDS.indexOf(b.event_name));
  const start = Date.parse(flow.start);
  const times = flow.quarantined.map((_, nth) => new Date(start + nth * flow.step_minutes * 60_000));
  const clock = asked.step_minutes % 60 ? minute : hour;
  const at = asked.hours * 60 > A_DAY ? (time) => `${weekday(time)}, ${clock(time)}` : clock;
  const series = kinds.map((kind) => ({
    name: named("event", kind.event_name),
    class: `kind-${KINDS.indexOf(kind.event_name)}`,
    values: kind.counts,
  }));
  const early = { name: t("events.quarantined"), class: "kind-early", values: flow.quarantined };
  const parts = [
    tiles([
      ...series.map((one) => [one.name, number(sum(one.values)), null, one.class]),
      [early.name, number(sum(early.values)), t("events.quarantined.ever", { n: flow.n_quarantined }), early.class],
    ]),
  ];
  if (series.length) parts.push(flowPlot(t("events.plot"), series, times, at, flow.step_minutes));
  else parts.push(element("p", { class: "nothing", text: t("events.none") }));
  if (sum(early.values)) {
    parts.push(flowPlot(t("events.plot.quarantined"), [early], times, at, flow.step_minutes));
  }
  return [...parts, latest(flow)];
}

function flowPlot(title, series, times, at, minutes) {
  const busiest = times.map((_, nth) => sum(series.map((one) => one.values[nth])));
  const most = Math.max(...busiest);
  const description = t("events.plot.description", {
    total: sum(busiest),
    most,
    when: at(times[busiest.indexOf(most)]),
  });
  const columns = [t("events.time"), ...series.map((one) => ({ text: one.name, class: "number" }))];
  const rows = times
    .map((time, nth) => [at(time), ...series.map((one) => number(one.values[nth]))])
    .filter((_, nth) => busiest[nth] > 0);
  return plotted(
    title,
    t("events.plot.hint", { n: minutes }),
    stacked(series, times.map(at), { title, description }),
    table({ caption: title, columns, rows, hideCaption: true }),
  );
}

function latest(flow) {
  const rows = flow.latest_quarantined.map((one) => [
    named("event", one.event_name),
    one.item_id ? own(one.item_id) : "–",
    moment(one.event_time),
    moment(one.received_at),
    ahead(Date.parse(one.event_time) - Date.parse(one.received_at)),
  ]);
  return table({
    caption: t("events.latest"),
    hint: t("events.latest.hint"),
    columns: ["kind", "item", "time", "received", "ahead"].map((name) => t(`events.${name}`)),
    rows,
    empty: t("events.latest.none"),
  });
}

function ahead(milliseconds) {
  const minutes = Math.round(milliseconds / 60_000);
  const days = Math.floor(minutes / A_DAY);
  if (days) return t("time.days", { n: days });
  return minutes >= 60 ? t("time.hours", { n: Math.floor(minutes / 60) }) : t("time.minutes", { n: minutes });
}

const sum = (values) => values.reduce((total, value) => total + value, 0);
