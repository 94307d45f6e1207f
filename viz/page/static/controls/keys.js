// Keys: the keyboard. Every action of a pointer has a key.

import { byId, element } from "../base/dom.js";
import { moved } from "./pointer.js";
import { onLanguage, t } from "../base/words.js";

const PAN = 60; // pixels

const KEY_NAMES = {
  " ": "space", "-": "−", "=": "+", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓",
};

// Writes the list of keys into the panel, and acts on them.
export function listenToKeys(session, arrangement) {
  const rows = rowsOf(session, arrangement);
  const list = () => {
    byId("keys").replaceChildren();
    for (const [text, keys] of rowsOf(session, arrangement)) addKeys(text, Object.keys(keys));
  };
  onLanguage(list);
  list();
  document.addEventListener("keydown", (event) => {
    const name = nameOfKey(event);
    const [, keys, scope] = rows.find((row) => Object.hasOwn(row[1], name)) ?? [];
    if (!keys || isForOthers(event) || (scope && !event.target.closest("#graph"))) return;
    event.preventDefault();
    keys[name]();
  });
}

function addKeys(text, keys) {
  const term = element("dt", {}, byId("keys"));
  for (const key of keys) {
    element("kbd", { text: key }, term);
    term.append(" ");
  }
  element("dd", { text }, byId("keys"));
}

// The name of a key in the list; letters count without regard to CapsLock.
function nameOfKey({ key, shiftKey }) {
  const shifted = shiftKey && (key === " " || key.startsWith("Arrow")) ? "shift+" : "";
  return shifted + (KEY_NAMES[key] ?? (key.length === 1 ? key.toLowerCase() : key));
}

// True for a key of the browser, of a screen reader, of the focused control or of a text.
function isForOthers(event) {
  const { key, target } = event;
  const typed = event.getModifierState("AltGraph"); // some layouts write [ with it
  if (!typed && (event.ctrlKey || event.metaKey || event.altKey)) return true;
  if (event.isComposing || isTyping(event)) return true;
  const presses = key === " " || key === "Enter";
  if (presses && target.closest("button, summary, [role=separator]")) return true;
  return key.length === 1 && key !== " " && !byId("shortcuts").checked;
}

// The rows of the list: the text, the keys with their actions, "graph" for keys of the graph only.
function rowsOf(session, arrangement) {
  const { player, view } = session;
  const { camera } = view;
  const forward = () => player.step(1);
  const back = () => player.step(-1);
  const to = (direction) => () => walk(session, direction);
  const pan = (dx, dy) => () => camera.pan(dx * PAN, dy * PAN);
  return [
    [t("one step forward"), { space: forward, ".": forward }],
    [t("one step back"), { "shift+space": back, ",": back }],
    [t("play, pause"), { p: () => player.toggle() }],
    [t("go to the start, to the end"), { Home: () => player.go(0), End: () => player.go(session.steps.last) }],
    [t("go to an operand, to a user"), { "←": to("operand"), "→": to("user") }, "graph"],
    [t("go to the box above, below"), { "↑": to("up"), "↓": to("down") }, "graph"],
    [t("fold, unfold; edit a leaf’s value"), { Enter: () => open(session) }, "graph"],
    [t("decrease, increase a leaf’s value; previous, next call of a module"), { "[": () => nudge(session, -1), "]": () => nudge(session, 1) }, "graph"],
    [t("zoom in, zoom out"), { "+": () => camera.zoom(1.25), "−": () => camera.zoom(0.8) }],
    [t("show all"), { 0: () => camera.fit() }],
    [t("pan left, right"), { "shift+←": pan(1, 0), "shift+→": pan(-1, 0) }, "graph"],
    [t("pan up, down"), { "shift+↑": pan(0, 1), "shift+↓": pan(0, -1) }, "graph"],
    [t("search"), { "/": () => byId("search").focus() }],
    [t("hide, show the panel"), { h: () => arrangement.togglePanel() }],
    [t("presenter mode: full screen, large type"), { f: () => arrangement.present() }],
    [t("leave the presenter mode; clear the search and the selection"), { Escape: () => leave(session, arrangement) }],
  ];
}

function leave(session, arrangement) {
  if (arrangement.isPresenting) return arrangement.present(false);
  session.search("");
  return session.deselect();
}

// Changes the value of a leaf as much as ten pixels of dragging do; elsewhere, the call shown.
function nudge(session, direction) {
  const box = session.view.boxes.get(session.selected);
  if (!box) return;
  if (box.kind !== "node" || !session.engine.isFree(box.node)) {
    session.turn(box, direction);
    return;
  }
  const x = session.engine.data[box.node];
  session.setLeaf(box.node, moved(x, 10 * direction));
}

// True if a field uses the key itself.
function isTyping({ target, key }) {
  const field = target.closest("input, select, textarea");
  if (!field) return false;
  if (field.type === "checkbox") return key === " ";
  if (field.type === "range") return key.startsWith("Arrow") || key === "Home" || key === "End";
  return true;
}

// Moves along an edge, or to the neighbour above or below; without a selection, to the result.
function walk(session, direction) {
  const { view, graph } = session;
  const now = session.selected === null ? null : view.boxes.get(session.selected);
  if (!now) {
    session.select(view.boxOfNode(graph.root).id, true);
    return;
  }
  const vertical = direction === "up" || direction === "down";
  const next = vertical ? beside(view, now, direction) : along(view, now, direction);
  if (next) session.select(next, true);
}

function along(view, now, direction) {
  const [end, other] = direction === "operand" ? ["target", "source"] : ["source", "target"];
  const middle = now.y + now.height / 2;
  const boxes = view.wires.filter((w) => w[end] === now.id).map((w) => view.boxes.get(w[other]));
  const { isConstant } = view.picture.graph;
  const constant = (box) => (box.kind === "node" ? isConstant[box.node] : 0);
  const away = (box) => Math.abs(box.y + box.height / 2 - middle);
  boxes.sort((a, b) => constant(a) - constant(b) || away(a) - away(b));
  return boxes[0]?.id;
}

function beside(view, now, direction) {
  const sign = direction === "up" ? -1 : 1;
  let best = null;
  let least = Infinity;
  for (const box of view.layout.boxes) {
    const dy = sign * (box.y + box.height / 2 - now.y - now.height / 2);
    const dx = Math.abs(box.x + box.width / 2 - now.x - now.width / 2);
    if (box.kind === "cluster" || dy <= 1 || dx > 2 * dy + 60) continue;
    if (dy + 2 * dx < least) [best, least] = [box.id, dy + 2 * dx];
  }
  return best;
}

function open(session) {
  const box = session.view.boxes.get(session.selected);
  if (!box) return;
  if (box.kind === "node") {
    const field = byId("inspected").querySelector('input[type="text"]');
    if (session.engine.isFree(box.node)) field?.focus();
    return;
  }
  session.toggle(box.cluster);
  session.select(box.id, true);
}
