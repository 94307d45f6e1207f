// Session: one graph under view, with its folds, selection, search and changed values.

import { byId, setText } from "../base/dom.js";
import { clustersAround } from "../base/graph.js";
import { READABLE, firstLayout, fitScale, fittedLayout } from "../layout/fit.js";
import { nameOf } from "../base/formulas.js";
import { Descent } from "./descent.js";
import { Inspector } from "./inspector.js";
import { Legend } from "../canvas/legend.js";
import { StepPanel } from "./step_panel.js";
import { Overlay } from "../canvas/overlay.js";
import { grouped } from "../base/numbers.js";
import { Picture } from "../canvas/picture.js";
import { Player } from "./player.js";
import { announcementOf, orderText } from "../engine/step_text.js";
import { searchNodes } from "../canvas/search.js";
import { measureOf, turnText } from "../layout/sizes.js";
import { Steps } from "../engine/steps.js";
import { TurnChooser } from "./turn_chooser.js";
import { chooseCall, chooseTurnsOf, turnShownIn } from "../layout/turns.js";
import { View } from "../canvas/view.js";
import { t } from "../base/words.js";

const REST = 400; // milliseconds without a step, before a screen reader is told
const MOST_BOXES = 8000; // the limit of the button "unfold"

export class Session {
  // `room` is the largest number of boxes shown at the start.
  constructor(engine, room) {
    this.room = room;
    this.pressed = false; // true while a pointer is down, as in a drag
    document.addEventListener("pointerdown", () => (this.pressed = true), true);
    for (const end of ["pointerup", "pointercancel"])
      document.addEventListener(end, () => this._release(), true);
    this.open(engine);
  }

  // Shows a graph, in place of the one before.
  open(engine) {
    this.engine = engine;
    this.graph = engine.graph;
    this.steps = new Steps(engine);
    this.picture = new Picture(engine, this.steps);
    this.view ??= new View(byId("graph"), this.picture);
    this.view.picture = this.picture;
    this.overlay ??= new Overlay(this.view);
    this.overlay.mark({ path: null });
    this.deselect();
    this.legend = new Legend(byId("legend"), this.picture);
    this.inspector = new Inspector(this.picture, {
      set: (leaf, x) => this.setLeaf(leaf, x),
      follow: (path) => this.overlay.mark({ path }),
    });
    this.descent = byId("learn") ? null : new Descent(this);
    this.stepPanel = new StepPanel(this.steps, this.picture, (at) => this.player.go(at, false, true), this.descent);
    this.player ??= new Player(this.steps, (...at) => this._showPosition(...at));
    this.player.steps = this.steps;
    this.chooser = new TurnChooser(byId("turns"), this.graph, (c, call) => this.showCall(c, call));
    this.measure = measureOf(this.graph);
    this.found = { nodes: [], at: -1 };
    setText(byId("title"), nameOf(this.graph, this.graph.root));
    const { graph } = this;
    for (const id of ["fold-all", "unfold-all"]) byId(id).hidden = graph.clusters.length === 0;
    this.legend.update(); // the canvas gets its height
    this._layout(null, { room: this.room });
    const known = graph.reached[graph.root];
    this.player.go(known ? this.steps.last : this.steps.seed - 1);
    this.inspector.show();
    this.onOpen?.();
  }

  // ---- numbers

  setLeaf(leaf, x) {
    this.picture.keepsScale = this.pressed; // colors of a drag can be compared
    this.engine.setLeaf(leaf, x);
    byId("reset").disabled = false;
    this._numbersChanged();
    this.onSet?.(leaf, x);
  }

  _release() {
    this.pressed = false;
    if (!this.picture.keepsScale) return;
    this.picture.keepsScale = false;
    this._numbersChanged();
  }

  // Sets many leaves by program; setLeaf is for the user's hand.
  setLeaves(leaves, numbers) {
    this.engine.setLeaves(leaves, numbers);
    this._numbersChanged();
  }

  reset() {
    const leaves = [...this.graph.op.keys()].filter((i) => this.engine.isFree(i));
    this.setLeaves(leaves, leaves.map((i) => this.graph.data[i]));
    byId("reset").disabled = true;
    this.onReset?.();
  }

  setWrongOrder(wrong) {
    this.engine.wrongOrder = wrong;
    this._numbersChanged();
    this.player.go(this.player.position);
    const note = byId("order-note");
    note.hidden = !wrong;
    setText(note, wrong ? orderText(this.picture) : "");
  }

  _numbersChanged() {
    this.picture.refresh();
    this._showStep(this.player.position, false);
  }

  _showPosition(position, isStep, isSought) {
    this.picture.show(position);
    const event = this._showStep(position, isStep, isSought);
    this._announce(() => announcementOf(this.steps, event));
    this.onPlace?.();
  }

  _showStep(position, isStep, isSought = false) {
    this.legend.update();
    this.view.update();
    const event = this.steps.eventAt(position, this.player.byNode);
    if (isSought) this._follow(event);
    const whole = position === this.steps.last && !isStep;
    this.stepPanel.show(event, position, whole);
    this.overlay.showEvent(whole ? null : event, isStep);
    this.inspector.show();
    this.onShow?.();
    return event;
  }

  // Tells a screen reader the step at which the page rests, not each of a fast run. The scrubber
  // speaks for itself.
  _announce(text) {
    clearTimeout(this.announcing);
    const say = () => setText(byId("announcement"), text());
    if (document.activeElement !== this.player.scrubber) this.announcing = setTimeout(say, REST);
  }

  // Brings the step into the window, if it is outside; with "follow", also close enough to read.
  _follow({ node, pushes }) {
    if (node < 0) return;
    const { othersOf } = this.graph.clusters[this.view.boxOfNode(node).cluster] ?? {};
    if (othersOf !== undefined) this._showTurnsOf(node, `c${othersOf}`);
    const nodes = [node, ...pushes.map((push) => push.operand)];
    const boxes = nodes.map((i) => this.view.boxOfNode(i));
    const x = Math.min(...boxes.map((b) => b.x));
    const y = Math.min(...boxes.map((b) => b.y));
    const width = Math.max(...boxes.map((b) => b.x + b.width)) - x;
    const height = Math.max(...boxes.map((b) => b.y + b.height)) - y;
    this.view.camera.show({ x, y, width, height }, byId("follow").checked ? 0.8 : 0);
  }

  // ---- folding

  // Folds or unfolds; of a box for other calls, the next one is shown.
  toggle(cluster) {
    const { othersOf, by } = this.graph.clusters[cluster];
    if (othersOf !== undefined) return this.turn({ cluster: othersOf }, by);
    if (this.folded.has(cluster)) this.folded.delete(cluster);
    else this.folded.add(cluster);
    return this._layout(`c${cluster}`);
  }

  // Shows another call in the frame around a box; `by` counts from the one shown.
  turn(box, by) {
    const { graph } = this;
    const inner = box.kind === "node" ? graph.frameOf[box.node] : box.cluster;
    const frame = clustersAround(graph, inner).find((c) => turnShownIn(graph, c) !== null);
    if (frame !== undefined) this.showCall(frame, turnShownIn(graph, frame).call + by);
  }

  showCall(cluster, number) {
    chooseCall(this.graph, cluster, number);
    this.regroup(`c${cluster}`);
    setText(byId("announcement"), turnText(turnShownIn(this.graph, cluster)));
    this.inspector.show();
  }

  regroup(anchor) {
    this.picture.regroup();
    this._layout(anchor, { room: this.firstRoom, still: true });
  }

  foldAll() {
    this.folded = new Set(this.graph.clusters.keys());
    this._layout(null);
  }

  // Opens one more level of modules, if that many boxes can be drawn.
  unfold() {
    const { clusters } = this.graph;
    const { boxes } = this.view;
    const isOuter = ({ othersOf, parent }) => othersOf === undefined && !this.folded.has(parent);
    const outer = [...this.folded].filter((c) => isOuter(clusters[c]));
    const more = outer.reduce((sum, c) => sum + this.picture.contents[c].shown, boxes.size);
    if (more > MOST_BOXES) return setText(byId("found"), t("too many boxes; unfold single modules"));
    for (const c of outer) this.folded.delete(c);
    return this._layout(null);
  }

  // `room` is the largest number of boxes, until the reader folds; a `still` layout does not glide,
  // and keeps the folds while they can be read, until the window changes.
  _layout(anchor, { room = 0, still = false } = {}) {
    const { graph, measure } = this;
    this.firstRoom = room;
    let kept = still;
    const arrange = (frame) => {
      const old = (kept || room === 0) && fittedLayout(graph, this.folded, measure, frame);
      const isRead = old && (room === 0 || fitScale(old, frame) >= READABLE);
      const first = isRead ? null : firstLayout(graph, room, measure, frame);
      kept = false;
      this.folded = first ? first.folded : this.folded;
      this.chooser.show(this.folded);
      return first ? first.layout : old;
    };
    this.view.setLayout(arrange, anchor, still);
  }

  // ---- selection

  select(id, show = false) {
    const box = this.view.boxes.get(id);
    if (!box) return;
    this.selected = id;
    this.overlay.mark({ selected: box });
    this.inspector.inspect(box.node, box.cluster);
    this.writeSelection();
    this.onSelect?.(box.node);
    if (show) this._focusBox(box);
  }

  // A selected node stays in the side panel while the pointer passes over others.
  deselect() {
    this.selected = null;
    this.overlay.mark({ selected: null });
    this.writeSelection();
  }

  writeSelection() {
    const chosen = this.selected !== null;
    byId("inspector").classList.toggle("chosen", chosen);
    setText(byId("inspector-title"), chosen ? t("Node, selected; click beside it to deselect") : t("Node"));
    this.onPlace?.();
  }

  hover(id) {
    const box = id === null || this.selected !== null ? null : this.view.boxes.get(id);
    this.overlay.mark({ pointed: box });
    if (box && box.kind !== "cluster") this.inspector.inspect(box.node, box.cluster);
  }

  // Unfolds the modules around a node and selects it.
  reveal(node, focus = true) {
    if (this.graph.clusterOf[node] !== this.graph.frameOf[node]) this._showTurnsOf(node, null);
    const box = this.view.boxOfNode(node);
    const around = clustersAround(this.graph, this.graph.clusterOf[node]);
    for (const c of around) this.folded.delete(c);
    if (box.kind === "fold") this._layout(box.id);
    this.select(`n${node}`, focus);
    if (!focus) this.view.camera.show(this.view.boxes.get(`n${node}`));
  }

  // Goes to the calls that a node belongs to.
  _showTurnsOf(node, anchor) {
    chooseTurnsOf(this.graph, node);
    this.regroup(anchor);
  }

  _focusBox(box) {
    this.view.camera.show(box);
    this.view.draw();
    this.view.elementOf(box.id)?.focus({ preventScroll: true });
    setText(byId("announcement"), this.picture.describeBox(box));
  }

  // ---- search

  search(text) {
    const nodes = searchNodes(this.graph, text);
    this.found = { nodes, at: -1 };
    this.overlay.mark({ matches: nodes });
    setText(byId("found"), text.trim() === "" ? "" : t("{n} found", { n: grouped(nodes.length) }));
  }

  nextFound(direction) {
    const { nodes } = this.found;
    if (nodes.length === 0) return;
    this.found.at = (this.found.at + direction + nodes.length) % nodes.length;
    const field = document.activeElement;
    this.reveal(nodes[this.found.at]);
    field?.focus();
    setText(byId("found"), t("{k} of {n}", { k: this.found.at + 1, n: grouped(nodes.length) }));
  }
}
