// The service, asked as any client asks it: JSON or a form, and a key where one is needed.

const KEY = "modiste-key";

/** What the service refused, or that it could not be reached (status 0). */
export class Problem extends Error {
  constructor(status, body = {}, retryAfter = null) {
    super(body.detail ?? "");
    this.status = status;
    this.kind = (body.type ?? "").split(":").pop();
    this.errors = body.errors ?? [];
    this.retryAfter = retryAfter;
  }

  /** The service's own words, in English; empty where it had none. */
  get detail() {
    return this.errors[0]?.message ?? this.message;
  }
}

export const key = {
  get: () => sessionStorage.getItem(KEY),
  set: (value) => sessionStorage.setItem(KEY, value),
  forget: () => sessionStorage.removeItem(KEY),
};

let askForKey = async () => false;

/** Say who asks the visitor for a key: a function that tells whether there is a new one. */
export function onKeyNeeded(asks) {
  askForKey = asks;
}

/**
 * Ask the service and return its JSON.
 *
 * @param {string} path
 * @param {{method?: string, json?: object, form?: FormData, signal?: AbortSignal,
 *   quiet?: boolean}} [options] `quiet` asks the visitor for no key
 * @throws {Problem} if it refuses or does not answer
 */
export async function ask(path, options = {}) {
  const answer = await reach(path, options);
  if (answer.status === 204) return null;
  return answer.json();
}

/** Ask for a file, such as a photo, as a Blob. */
export async function askForFile(path, options = {}) {
  const answer = await reach(path, options);
  return answer.blob();
}

/** Ask for a file and return it as text. */
export async function askForText(path, options = {}) {
  const answer = await reach(path, options);
  return answer.text();
}

async function reach(path, options) {
  const answer = await send(path, options);
  if (answer.ok) return answer;
  const problem = await read(answer);
  const needsKey = !options.quiet && (answer.status === 401 || problem.kind === "missing-scope");
  if (needsKey && (await askForKey(problem))) return reach(path, options);
  throw problem;
}

async function send(path, { method, json, form, signal }) {
  const headers = {};
  if (json !== undefined) headers["Content-Type"] = "application/json";
  if (key.get()) headers.Authorization = `Bearer ${key.get()}`;
  const body = json === undefined ? form : JSON.stringify(json);
  try {
    return await fetch(path, { method: method ?? (body ? "POST" : "GET"), headers, body, signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0);
  }
}

async function read(answer) {
  const wait = Number(answer.headers.get("Retry-After")) || null;
  try {
    return new Problem(answer.status, await answer.json(), wait);
  } catch {
    return new Problem(answer.status, {}, wait);
  }
}
