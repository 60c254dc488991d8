// A view as the service is asked for it.

/** Products of a page of the list. */
export const PAGE = 24;

/** Return the filters of `POST /v1/recommendations`, or null. */
export function filters(view) {
  const asked = {};
  for (const name of ["type", "color", "pattern", "brand"]) if (view[name].length) asked[name] = view[name];
  const category = wantedAndRefused("any", view.category, view.avoid_category);
  if (category) asked.category = category;
  const attributes = wantedAndRefused("all", view.want, view.avoid);
  if (attributes) asked.attributes = attributes;
  const price = range(view);
  if (price) asked.price = price;
  if (view.new) asked.new = true;
  return Object.keys(asked).length ? asked : null;
}

function wantedAndRefused(name, wanted, refused) {
  if (!wanted.length && !refused.length) return null;
  return { ...(wanted.length && { [name]: wanted }), ...(refused.length && { not: refused }) };
}

function range({ min, max }) {
  if (min === null && max === null) return null;
  return { ...(min !== null && { min }), ...(max !== null && { max }) };
}

/**
 * Return path and options for `ask`.
 *
 * @param {object} view
 * @param {{photo: ?Blob, k: ?number, cursor: ?string, hidden: string[]}} rest
 */
export function requestFor(view, { photo, k, cursor, hidden }) {
  if (view.look) return lookRequest(view, k);
  const asked = { filter_viewed: true };
  if (k) asked.k = k;
  if (view.q) asked.text = view.q;
  if (view.item) asked.item_id = view.item;
  if (view.user) asked.user_id = view.user;
  if (cursor) asked.cursor = cursor;
  if (hidden.length) asked.exclude = hidden;
  const chosen = filters(view);
  if (chosen) asked.filters = chosen;
  const path = "/v1/recommendations";
  if (!photo) return [path, { json: asked }];
  if (view.box) asked.box = view.box;
  if (view.ignore.length) asked.ignored = view.ignore;
  const form = new FormData();
  form.append("photo", photo, "photo");
  form.append("query", JSON.stringify(asked));
  return [path, { form }];
}

function lookRequest(view, k) {
  const said = new URLSearchParams();
  if (k) said.set("k", String(k));
  if (view.user) said.set("user_id", view.user);
  return [`/v1/items/${encodeURIComponent(view.look)}/complete?${said}`, {}];
}

/** Return the address of the facets that a view counts. */
export function facetsAddress(view) {
  const said = new URLSearchParams();
  for (const name of ["type", "category", "color", "pattern", "brand"]) {
    for (const one of view[name]) said.append(name, one);
  }
  if (view.min !== null) said.set("price_min", String(view.min));
  if (view.max !== null) said.set("price_max", String(view.max));
  if (view.new) said.set("new", "true");
  return `/v1/facets?${said}`;
}
