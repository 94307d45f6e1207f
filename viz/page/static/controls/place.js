// Place: the step and the selected node, in the address of the page: #step=12&select=w.1.

import { fullName } from "../base/formulas.js";

const SETTLED = 400; // milliseconds; browsers refuse to write many addresses in a row
const SETTLED_NEW = 1000; // until another state is a step of the browser's history

// Goes to the place in the address, else to `opening`, and keeps the address up to date.
export function listenToPlace(session, opening) {
  const text = location.hash.slice(1);
  goTo(session, /(^|&)(step|select)=/.test(text) ? text : opening, false);
  addEventListener("hashchange", () => goTo(session, location.hash.slice(1), true));
  let timer = 0;
  session.onPlace = () => {
    clearTimeout(timer);
    timer = setTimeout(() => writePlace(session), session.isNewPlace ? SETTLED_NEW : SETTLED);
  };
}

export function goTo(session, text, focus) {
  const wanted = new URLSearchParams(text);
  session.onAddress?.(wanted);
  const step = stepOf(session.steps, wanted.get("step"));
  if (step !== null) session.player.go(step);
  const node = nodeOf(session.graph, wanted.get("select"));
  if (node >= 0) session.reveal(node, focus);
}

// The step, the selected node and the chosen language, as parameters of an address; before them
// those of a page that has some of its own.
function placeOf({ player, view, selected, graph, ownPlace }) {
  const place = new URLSearchParams([...(ownPlace?.() ?? []), ["step", player.position]]);
  const box = view.boxes.get(selected);
  if (box?.kind === "node") place.set("select", addressOf(graph, box.node));
  const lang = new URLSearchParams(location.hash.slice(1)).get("lang");
  if (lang) place.set("lang", lang); // see language.js
  return place;
}

// Writes the address and returns it.
export function writePlace(session) {
  const fragment = `#${placeOf(session)}`;
  try {
    history[session.isNewPlace ? "pushState" : "replaceState"](null, "", fragment);
  } catch {} // a frame of a notebook has no address; the fragment can follow that of a file
  session.isNewPlace = false;
  return (location.protocol === "about:" ? "" : location.href.split("#")[0]) + fragment;
}

function stepOf({ seed, last }, text) {
  const named = { start: 0, backward: seed - 1, end: last };
  if (text !== null && Object.hasOwn(named, text)) return named[text];
  return /^\d+$/.test(text) ? Math.min(Number(text), last) : null;
}

// The node with that name, short or with its modules, or with that place, @12; or -1.
function nodeOf(graph, text) {
  const { names } = graph;
  if (!text) return -1;
  if (/^@\d+$/.test(text)) return Number(text.slice(1)) < names.length ? Number(text.slice(1)) : -1;
  const isFull = (name, i) => text.endsWith(name) && fullName(graph, i) === text;
  return names.includes(text) ? names.indexOf(text) : names.findIndex(isFull);
}

function addressOf(graph, i) {
  return [graph.names[i], fullName(graph, i), `@${i}`].find((text) => nodeOf(graph, text) === i);
}
