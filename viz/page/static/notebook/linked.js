// Linked: the entry of a page in a notebook's widget, tied to the Values in the kernel.

import { exact, plain } from "../base/numbers.js";
import { numberOf } from "../base/graph.js";
import { session } from "../controls/main.js";
import { showNotice } from "../controls/notice.js";
import { t } from "../base/words.js";
import { openChannel } from "./channel.js";

const TOGETHER = 16; // milliseconds: the numbers of a drag that travel in one message
const PLAYED_STEPS = 40; // of a backward pass that are played one by one
const GLIDE_TIME = 6000; // milliseconds of a longer one
const editedLeaves = new Map();
let knownSelection = -1; // the selected node on both sides
const tellKernel = openChannel(({ numbers, plays, error, select }) => {
  if (select !== undefined) selectNode(select);
  else takeNumbers(numbers, plays, error);
});

session.onSet = sendLeaf;
session.onReset = () => {
  const { data } = session.engine;
  data.forEach((x, i) => session.engine.isFree(i) && sendLeaf(i, x));
};
session.onPlace = () => {
  const box = session.view.boxes.get(session.selected);
  const node = box?.kind === "node" ? box.node : -1;
  if (node !== knownSelection) tellKernel({ select: (knownSelection = node) });
};
session.picture.addFacts = (i, fact) => {
  if (session.graph.reached[i]) fact(t("grad in Python"), exact(session.graph.grad[i]));
};

// Sends a leaf as text, which keeps -0, nan and the infinities on all ways.
function sendLeaf(leaf, x) {
  if (editedLeaves.size === 0) setTimeout(sendEdits, TOGETHER);
  editedLeaves.set(leaf, plain(x));
}

function sendEdits() {
  tellKernel({ set: Object.fromEntries(editedLeaves) });
  editedLeaves.clear();
}

function takeNumbers({ data, grad, local, stale }, plays, error) {
  const { engine, graph } = session;
  graph.data.set(data.map(numberOf));
  graph.grad.set(grad.map(numberOf));
  graph.reached.set(grad.map((g) => (g === null ? 0 : 1)));
  local.forEach((row, i) => graph.local.set(row.map(numberOf), graph.first[i]));
  Object.assign(graph, { stale, error });
  engine.load();
  session.setLeaves([], []);
  showNotice(engine);
  if (plays) playBackward();
}

function playBackward() {
  const { engine, player, steps } = session;
  player.go(steps.seed - 1);
  if (engine.pushCount > PLAYED_STEPS) player.glide(steps.last, GLIDE_TIME);
  else player.toggle();
}

function selectNode(node) {
  if (node === knownSelection) return;
  knownSelection = node;
  if (node < 0) session.deselect();
  else session.reveal(node, false);
}
