// Keys: the keyboard. Every action of a pointer has a key.

import { byId } from "../base/dom.js";
import { moved } from "./pointer.js";

const PAN = 60; // pixels

export function listenToKeys(session) {
  const everywhere = everywhereKeys(session);
  const inGraph = graphKeys(session);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing(event)) return;
    if (event.target.closest("button") && (event.key === " " || event.key === "Enter")) return;
    const graph = event.target.closest("#graph");
    const act =
      shifted(session, event, graph) ??
      everywhere[event.key] ??
      (graph ? inGraph[event.key] : undefined);
    if (!act) return;
    event.preventDefault();
    act();
  });
}

function shifted({ player, view }, { key, shiftKey }, graph) {
  if (shiftKey && key === " ") return () => player.step(-1);
  if (shiftKey && graph && key.startsWith("Arrow")) return () => pan(view, key);
  return undefined;
}

function everywhereKeys(session) {
  const { view, player } = session;
  return {
    " ": () => player.step(1),
    ".": () => player.step(1),
    ",": () => player.step(-1),
    p: () => player.toggle(),
    Home: () => player.go(0),
    End: () => player.go(session.steps.last),
    "+": () => view.camera.zoom(1.25),
    "=": () => view.camera.zoom(1.25),
    "-": () => view.camera.zoom(0.8),
    0: () => view.camera.fit(),
    "/": () => byId("search").focus(),
    Escape: () => {
      session.search("");
      session.deselect();
    },
  };
}

function graphKeys(session) {
  return {
    ArrowLeft: () => walk(session, "operand"),
    ArrowRight: () => walk(session, "user"),
    ArrowUp: () => walk(session, "up"),
    ArrowDown: () => walk(session, "down"),
    Enter: () => open(session),
    "[": () => nudge(session, -1),
    "]": () => nudge(session, 1),
  };
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
function typing({ target, key }) {
  const field = target.closest("input, select");
  if (!field) return false;
  if (field.type === "checkbox") return key === " ";
  if (field.type === "range") return key.startsWith("Arrow") || key === "Home" || key === "End";
  return true;
}

function pan(view, key) {
  const [dx, dy] = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[
    key
  ];
  view.camera.pan(dx * PAN, dy * PAN);
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
