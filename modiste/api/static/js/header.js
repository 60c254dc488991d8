// The switches that every page has: language and theme. The server reads their cookies.

import { find } from "./dom.js";
import { startKeys } from "./key.js";

const A_YEAR = 31_536_000;

function remember(name, value) {
  document.cookie = `${name}=${value}; path=/; max-age=${A_YEAR}; samesite=lax`;
}

/** Bring the header of base.html to life. */
export function startHeader() {
  startKeys();
  const language = find("language");
  language.addEventListener("change", () => {
    remember("modiste_language", language.value);
    const address = new URL(location.href);
    address.searchParams.delete("lang");
    history.replaceState(history.state, "", address);
    location.reload();
  });
  const theme = find("theme");
  theme.addEventListener("change", () => {
    remember("modiste_theme", theme.value);
    document.documentElement.dataset.theme = theme.value;
  });
}
