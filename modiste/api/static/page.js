// The page is one more client of the service: it shows what POST /v1/recommendations answers.

const K = 10;
const LONGEST_SIDE_PX = 1600;
const HISTORY_REASONS = new Set(["because_you_bought", "bought_again", "shoppers_like_you"]);
const MATCH_REASONS = new Set(["looks_like", "attributes"]);

const find = (id) => document.getElementById(id);
const form = find("search");
const user = find("user"); // only in a demo
const { currency, demo } = document.body.dataset;

const state = { photo: null, photoAddress: null, like: null, turn: 0, shoppers: new Map() };

// ---------------------------------------------------------------- asking

function query() {
  const asked = { k: K };
  const text = find("text").value.trim();
  if (text) asked.text = text;
  if (state.like) asked.item_id = state.like.item_id;
  if (user?.value) asked.user_id = user.value;
  return asked;
}

function requestFor(asked) {
  if (!state.photo) {
    const headers = { "Content-Type": "application/json" };
    return { method: "POST", headers, body: JSON.stringify(asked) };
  }
  const body = new FormData();
  body.append("photo", state.photo, "photo");
  body.append("query", JSON.stringify(asked));
  return { method: "POST", body };
}

async function search() {
  const turn = ++state.turn;
  const asked = query();
  find("cards").setAttribute("aria-busy", "true");
  find("status").textContent = "Searching…";
  let answer = null;
  let words = null;
  try {
    const response = await fetch("/v1/recommendations", requestFor(asked));
    const body = await response.json();
    if (response.ok) answer = body;
    else words = body.errors?.[0]?.message ?? body.detail;
  } catch {
    words = "The service did not answer. Check the connection and try again.";
  }
  // Only the newest search may show its answer.
  if (turn !== state.turn) return;
  find("cards").setAttribute("aria-busy", "false");
  showProblem(words);
  if (answer) show(answer, asked);
  else find("status").textContent = "";
  if (turn > 1) bringIntoView();
}

// On a phone the answer lies below the form.
function bringIntoView() {
  const { top } = find("results").getBoundingClientRect();
  if (top > 0.6 * innerHeight) find("results").scrollIntoView({ block: "start" });
}

// ---------------------------------------------------------------- showing

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

const percent = (share) => `${Math.round(100 * share)}%`;

function price(value) {
  if (value === null) return "No price";
  const style = currency ? { style: "currency", currency } : { minimumFractionDigits: 2 };
  return new Intl.NumberFormat(undefined, { maximumFractionDigits: 2, ...style }).format(value);
}

function showProblem(words) {
  find("problem").hidden = !words;
  find("problem").textContent = words ?? "";
}

function heading(asked) {
  if (state.photo) return asked.text ? "Like your photo and phrase" : "Like your photo";
  if (state.like) return `Like ${state.like.title}`;
  if (asked.text) return `“${asked.text}”`;
  return asked.user_id ? `For ${asked.user_id}` : "Popular now";
}

function show(answer, asked) {
  find("heading").textContent = heading(asked);
  const n = answer.recommendations.length;
  find("status").textContent = n === 1 ? "1 product" : `${n} products`;
  find("release").textContent = answer.release_id;
  showGarment(answer.garment);
  showPhrase(answer.phrase, answer.refinement);
  find("understood").hidden = !answer.garment && !answer.phrase;
  find("notes").hidden = answer.notes.length === 0;
  find("notes").replaceChildren(...answer.notes.map((note) => element("li", "", note)));
  const matches = Boolean(state.photo || state.like || asked.text);
  find("cards").replaceChildren(
    ...answer.recommendations.map((one) => card(one, matches, Boolean(asked.user_id))),
  );
}

function showGarment(garment) {
  find("seen").hidden = !garment;
  find("overlay").toggleAttribute("hidden", !garment);
  if (!garment) return;
  const best = garment.category_scores[0];
  find("category").textContent = garment.category;
  find("category-score").textContent = best ? percent(best.score) : "";
  find("attributes").replaceChildren(
    ...garment.attributes.slice(0, 10).map(({ name, score, type }) => {
      const chip = element("li", "chip", `${name} `);
      chip.append(element("small", "", percent(score)));
      if (type) chip.title = type;
      return chip;
    }),
  );
  const [x1, y1, x2, y2] = garment.box;
  const box = find("box");
  for (const [name, value] of Object.entries({ x: x1, y: y1, width: x2 - x1, height: y2 - y1 })) {
    box.setAttribute(name, value);
  }
  find("shade").setAttribute("d", `M0 0H1V1H0Z M${x1} ${y1}H${x2}V${y2}H${x1}Z`);
}

function showPhrase(phrase, refinement) {
  find("read").hidden = !phrase;
  if (!phrase) return;
  const understood = phrase.matched.map(({ words, name, weight }) => {
    const same = words.toLowerCase() === name.toLowerCase();
    const meant = weight < 0 ? `not ${name}` : name;
    const chip = element("li", weight < 0 ? "chip avoided" : "chip", same ? meant : `${words} → ${meant} `);
    if (!same) chip.append(element("small", "", percent(Math.min(1, Math.abs(weight)))));
    return chip;
  });
  const missed = phrase.not_understood.map((word) =>
    element("li", "chip unknown", `${word}: not understood`),
  );
  const removed = (refinement?.removed ?? []).map((name) =>
    element("li", "chip avoided", `no longer ${name}`),
  );
  find("phrase").replaceChildren(...understood, ...removed, ...missed);
}

function card(one, matches, personal) {
  const made = find("card").content.firstElementChild.cloneNode(true);
  const part = (selector) => made.querySelector(selector);
  const { item } = one;
  part(".title").textContent = item.title;
  part(".facts").textContent = [item.brand, item.category, item.color].filter(Boolean).join(" · ");
  part(".price").textContent = price(item.price);
  part(".tag").hidden = item.availability !== "out_of_stock";
  picture(part(".photo"), item);
  const [match, fit] = made.querySelectorAll(".score");
  score(match, matches ? one.match_score : null);
  score(fit, personal ? one.personal_score : null);
  part(".reasons").replaceChildren(...one.reasons.map(reason));
  part(".more").setAttribute("aria-label", `More like ${item.title}`);
  part(".more").addEventListener("click", () => searchLike(item));
  return made;
}

function picture(frame, item) {
  const image = frame.querySelector("img");
  const none = () => {
    image.remove();
    frame.classList.add("none");
  };
  if (!item.image) return none();
  image.alt = item.title;
  image.addEventListener("error", none);
  image.src = item.image;
  return undefined;
}

function score(row, value) {
  row.hidden = value === null;
  if (value === null) return;
  row.querySelector("rect").setAttribute("width", value);
  row.querySelector("span").textContent = percent(value);
}

function reason({ kind, text }) {
  const side = HISTORY_REASONS.has(kind) ? "history" : MATCH_REASONS.has(kind) ? "match" : "";
  return element("li", side, text.charAt(0).toUpperCase() + text.slice(1));
}

// ---------------------------------------------------------------- choosing

function searchLike(item) {
  clearPhoto();
  find("text").value = "";
  state.like = item;
  find("like-title").textContent = item.title;
  find("like").hidden = false;
  find("results").focus();
  find("results").scrollIntoView({ block: "start" });
  search();
}

function clearLike() {
  state.like = null;
  find("like").hidden = true;
}

async function usePhoto(file) {
  clearLike();
  clearPhoto();
  const address = URL.createObjectURL(file);
  state.photo = file;
  state.photoAddress = address;
  find("preview").src = address;
  find("stage").hidden = false;
  find("drop").classList.add("filled");
  find("photo-clear").hidden = false;
  find("photo-button").textContent = "Choose another";
  find("photo-hint").hidden = true;
  const smaller = await shrunk(file);
  // Another photo may have been chosen meanwhile.
  if (state.photo !== file) return;
  state.photo = smaller;
  search();
}

function clearPhoto() {
  if (state.photoAddress) URL.revokeObjectURL(state.photoAddress);
  state.photo = null;
  state.photoAddress = null;
  find("photo").value = "";
  find("preview").removeAttribute("src");
  find("stage").hidden = true;
  find("drop").classList.remove("filled");
  find("photo-clear").hidden = true;
  find("photo-button").textContent = "Choose a photo";
  find("photo-hint").hidden = false;
  find("overlay").toggleAttribute("hidden", true);
}

// A phone's photo is many times larger than the network looks at; small files go as they are.
async function shrunk(file) {
  if (file.size < 1_000_000) return file;
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST_SIDE_PX / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
    return small ?? file;
  } catch {
    return file; // the service says what is wrong with it
  }
}

async function listShoppers() {
  try {
    const response = await fetch("/v1/users?limit=100");
    if (!response.ok) return;
    for (const one of (await response.json()).users) {
      state.shoppers.set(one.user_id, one);
      const bought = one.n_purchases === 1 ? "1 purchase" : `${one.n_purchases} purchases`;
      user.append(new Option(`${one.user_id} (${bought})`, one.user_id));
    }
  } catch {
    // Without the list the page still searches for no one in particular.
  }
}

function showBought() {
  const bought = state.shoppers.get(user.value)?.last_bought ?? [];
  find("bought").hidden = bought.length === 0;
  find("bought").textContent = `Bought last: ${bought.join(", ")}`;
}

function imageIn(items) {
  return [...(items ?? [])].find((one) => one.type.startsWith("image/"));
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  search();
});
find("photo").addEventListener("change", (event) => {
  const [file] = event.target.files;
  if (file) usePhoto(file);
});
// What the browser cannot show either, the service refuses in words.
find("preview").addEventListener("error", () => {
  find("stage").hidden = true;
});
find("photo-clear").addEventListener("click", () => {
  clearPhoto();
  find("photo").focus();
  search();
});
find("like-clear").addEventListener("click", () => {
  clearLike();
  find("text").focus();
  search();
});
user?.addEventListener("change", () => {
  showBought();
  search();
});

const drop = find("drop");
drop.addEventListener("dragover", (event) => {
  event.preventDefault();
  drop.classList.add("over");
});
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  const [file] = event.dataTransfer.files;
  if (file) usePhoto(file);
});
document.addEventListener("paste", (event) => {
  const file = imageIn(event.clipboardData?.files);
  if (file) usePhoto(file);
});

if (demo) listShoppers();
search();
