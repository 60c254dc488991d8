// Elements, made without ever reading text as markup.

export const find = (id) => document.getElementById(id);

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element. `text` becomes its text; `on` its listeners; `dataset` its data; every other
 * name an attribute, left out where the value is null or false.
 */
export function element(tag, options = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(options)) {
    if (name === "text") made.textContent = value;
    else if (name === "on") listen(made, value);
    else if (name === "dataset") Object.assign(made.dataset, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

function listen(target, listeners) {
  for (const [kind, listener] of Object.entries(listeners)) target.addEventListener(kind, listener);
}

/** Return one of the symbols of base.html. */
export function icon(name) {
  const made = document.createElementNS(SVG, "svg");
  made.setAttribute("class", "icon");
  made.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  made.append(use);
  return made;
}

/** Return a copy of the one element in a `<template>`. */
export function copyOf(id) {
  return find(id).content.firstElementChild.cloneNode(true);
}

/** Say something to who cannot see it appear. */
export function announce(text) {
  find("announcer").textContent = text;
}

export const reducedMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
