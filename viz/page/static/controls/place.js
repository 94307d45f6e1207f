// Place: the step and the selected node, in the address of the page: #step=12&select=w.1.

import { fullName } from "../base/formulas.js";

const SETTLED = 400; // milliseconds; browsers refuse to write many addresses in a row

// Goes to the place in the address, else to `opening`, and keeps the address up to date.
export function listenToPlace(session, opening) {
  const text = location.hash.slice(1);
  goTo(session, /(^|&)(step|select)=/.test(text) ? text : opening, false);
  addEventListener("hashchange", () => goTo(session, location.hash.slice(1), true));
  let timer = 0;
  session.onPlace = () => {
    clearTimeout(timer);
    timer = setTimeout(() => writePlace(session), SETTLED);
  };
}

export function goTo(session, text, focus) {
  const wanted = new URLSearchParams(text);
  const step = stepOf(session.steps, wanted.get("step"));
  if (step !== null) session.player.go(step);
  const node = nodeOf(session.graph, wanted.get("select"));
  if (node >= 0) session.reveal(node, focus);
}

// The step, the selected node and the chosen language, as parameters of an address.
export function placeOf({ player, view, selected, graph }) {
  const place = new URLSearchParams({ step: player.position });
  const box = view.boxes.get(selected);
  if (box?.kind === "node") place.set("select", addressOf(graph, box.node));
  const lang = new URLSearchParams(location.hash.slice(1)).get("lang");
  if (lang) place.set("lang", lang); // see language.js
  return place;
}

function writePlace(session) {
  try {
    history.replaceState(null, "", `#${placeOf(session)}`);
  } catch {} // a frame of a notebook has no address
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
