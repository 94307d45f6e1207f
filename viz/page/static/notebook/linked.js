// Linked: the entry of a page in a notebook's widget, tied to the Values in the kernel.

import { exact } from "../base/numbers.js";
import { numberOf } from "../base/graph.js";
import { session } from "../controls/main.js";
import { showNotice } from "../controls/notice.js";
import { t } from "../base/words.js";
import { openChannel } from "./channel.js";

const TOGETHER = 16; // milliseconds: the numbers of a drag that travel in one message
const STEPS = 40; // of a backward pass that are played one by one
const GLIDE = 6000; // milliseconds of a longer one
const { engine, graph, player, steps } = session;
const edits = new Map();
let known = -1; // the selected node on both sides
let passes = null; // the backward passes of the kernel
const tell = openChannel({ _numbers: (text) => takeNumbers(JSON.parse(text)), _selection: select });

session.onSet = send;
session.onReset = () => graph.op.forEach((_, i) => engine.isFree(i) && send(i, engine.data[i]));
session.onPlace = () => {
  const box = session.view.boxes.get(session.selected);
  const node = box?.kind === "node" ? box.node : -1;
  if (node !== known) tell("_selection", (known = node));
};
session.picture.addFacts = (i, fact) => {
  if (graph.reached[i]) fact(t("grad in Python"), exact(graph.grad[i]));
};

// Sends a leaf as text, which keeps -0, nan and the infinities on all ways.
function send(leaf, x) {
  if (edits.size === 0) setTimeout(flush, TOGETHER);
  edits.set(leaf, Object.is(x, -0) ? "-0" : String(x));
}

function flush() {
  tell("set", Object.fromEntries(edits));
  edits.clear();
}

function takeNumbers({ data, grad, local, played }) {
  graph.data.set(data.map(numberOf));
  graph.grad.set(grad.map(numberOf));
  graph.reached.set(grad.map((g) => (g === null ? 0 : 1)));
  local.forEach(([i, row]) => graph.local.set(row.map(numberOf), graph.first[i]));
  graph.stale = null;
  engine.load();
  session.setLeaves([], []);
  showNotice(engine);
  if (passes !== null && played !== passes) play();
  passes = played;
}

function play() {
  player.go(steps.seed - 1);
  if (engine.pushCount > STEPS) player.glide(steps.last, GLIDE);
  else player.toggle();
}

function select(node) {
  if (node === known) return;
  known = node;
  if (node < 0) session.deselect();
  else session.reveal(node, false);
}
