// Session: one graph under view, with its folds, selection, search and changed values.

import { byId, setText } from "../base/dom.js";
import { clustersAround } from "../layout/folds.js";
import { firstLayout, fittedLayout } from "../layout/fit.js";
import { nameOf } from "../base/formulas.js";
import { Inspector } from "./inspector.js";
import { Legend } from "../canvas/legend.js";
import { StepPanel } from "./step_panel.js";
import { Overlay } from "../canvas/overlay.js";
import { short } from "../base/numbers.js";
import { Picture } from "../canvas/picture.js";
import { Player } from "./player.js";
import { announcementOf } from "../engine/step_text.js";
import { searchNodes } from "../canvas/search.js";
import { measureOf } from "../layout/sizes.js";
import { Steps } from "../engine/steps.js";
import { View } from "../canvas/view.js";

const MOST_BOXES = 8000; // the limit of the button "unfold"

export class Session {
  // `room` is the largest number of boxes shown at the start.
  constructor(engine, room) {
    this.engine = engine;
    this.graph = engine.graph;
    this.steps = new Steps(engine);
    this.picture = new Picture(engine, this.steps);
    this.view = new View(byId("graph"), this.picture);
    this.overlay = new Overlay(this.view);
    this.legend = new Legend(byId("legend"), this.picture);
    this.inspector = new Inspector(this.picture, {
      set: (leaf, x) => this.setLeaf(leaf, x),
      follow: (nodes) => this.overlay.showPath(nodes),
    });
    this.stepPanel = new StepPanel(this.steps, this.picture, (at) => this.player.go(at));
    this.player = new Player(this.steps, (at, isStep) => this._showPosition(at, isStep));
    this.measure = measureOf(this.graph);
    this.selected = null; // id of a box
    this.found = { nodes: [], at: -1 };
    setText(byId("title"), nameOf(this.graph, this.graph.root));
    const { graph } = this;
    for (const id of ["fold-all", "unfold-all"]) byId(id).hidden = graph.clusters.length === 0;
    this.legend.update(); // the canvas gets its height
    this._layout(null, room);
    const known = graph.reached[graph.root];
    this.player.go(known ? this.steps.last : this.steps.seed - 1);
    this.inspector.show();
  }

  // ---- numbers

  setLeaf(leaf, x) {
    this.engine.setLeaf(leaf, x);
    byId("reset").disabled = false;
    this._numbersChanged();
    this.onSet?.(leaf, x);
  }

  // Sets many leaves by program; setLeaf is for the user's hand.
  setLeaves(leaves, numbers) {
    this.engine.setLeaves(leaves, numbers);
    this._numbersChanged();
  }

  reset() {
    const { data, count } = this.graph;
    for (let i = 0; i < count; i++) {
      if (this.engine.isFree(i) && !Object.is(this.engine.data[i], data[i]))
        this.engine.setLeaf(i, data[i]);
    }
    byId("reset").disabled = true;
    this._numbersChanged();
    this.onReset?.();
  }

  setWrongOrder(wrong) {
    this.engine.wrongOrder = wrong;
    this.steps.invalidate();
    this._numbersChanged();
    this.player.go(Math.min(this.player.position, this.steps.last));
    this._writeOrderNote(wrong);
  }

  _numbersChanged() {
    this.picture.refresh();
    this.legend.update();
    this.view.update();
    const { position, byNode } = this.player;
    const event = this.steps.eventAt(position, byNode);
    const whole = position === this.steps.last;
    this.stepPanel.show(event, position, whole);
    this.overlay.showEvent(whole ? null : event, false);
    this.inspector.show();
  }

  _showPosition(position, isStep) {
    this.picture.show(position);
    this.legend.update();
    this.view.update();
    const event = this.steps.eventAt(position, this.player.byNode);
    if (isStep) this._follow(event);
    const quiet = position === this.steps.last && !isStep;
    this.stepPanel.show(event, position, quiet);
    this.overlay.showEvent(quiet ? null : event, isStep);
    this.inspector.show();
    setText(byId("announcement"), announcementOf(this.steps, event));
  }

  // Brings the step into the window, if it is outside; with "follow", also close enough to read.
  _follow({ node, pushes }) {
    const boxes = [node, ...pushes.map((push) => push.operand)]
      .filter((i) => i >= 0)
      .map((i) => this.view.boxOfNode(i));
    if (boxes.length === 0) return;
    const x = Math.min(...boxes.map((b) => b.x));
    const y = Math.min(...boxes.map((b) => b.y));
    const width = Math.max(...boxes.map((b) => b.x + b.width)) - x;
    const height = Math.max(...boxes.map((b) => b.y + b.height)) - y;
    this.view.camera.show({ x, y, width, height }, byId("follow").checked ? 0.8 : 0);
  }

  _writeOrderNote(wrong) {
    const note = byId("order-note");
    note.classList.toggle("warn", wrong);
    if (!wrong) return setText(note, "");
    const { graph } = this;
    const { grad } = this.engine;
    const { correctGrad, wrongNodes: nodes } = this.picture;
    if (nodes.length === 0)
      return setText(note, "In this graph, both orders give the same gradients.");
    const lost = nodes
      .slice(-3)
      .map((i) => `${nameOf(graph, i)} gets ${short(grad[i])} instead of ${short(correctGrad[i])}`);
    const more = nodes.length > 3 ? `; and ${nodes.length - 3} more are wrong` : "";
    const why =
      "A node pushes as soon as a first contribution arrives. Later ones are never pushed on:";
    return setText(note, `${why} ${lost.join("; ")}${more}.`);
  }

  // ---- folding

  toggle(cluster) {
    if (this.folded.has(cluster)) this.folded.delete(cluster);
    else this.folded.add(cluster);
    this._layout(`c${cluster}`);
  }

  foldAll() {
    this.folded = new Set(this.graph.clusters.keys());
    this._layout(null);
  }

  // Opens one more level of modules, if that many boxes can be drawn.
  unfold() {
    const { clusters } = this.graph;
    const { boxes } = this.view;
    const outer = [...this.folded].filter(
      (c) => clusters[c].parent < 0 || !this.folded.has(clusters[c].parent),
    );
    const more = outer.reduce((sum, c) => sum + this.picture.contents[c].size, boxes.size);
    if (more > MOST_BOXES) return setText(byId("found"), "too many boxes; unfold single modules");
    for (const c of outer) this.folded.delete(c);
    return this._layout(null);
  }

  // `room` is the largest number of boxes, until the reader folds.
  _layout(anchor, room = 0) {
    const { graph, measure } = this;
    const first = (frame) => {
      const { folded, layout } = firstLayout(graph, room, measure, frame);
      this.folded = folded;
      return layout;
    };
    const again = (frame) => fittedLayout(graph, this.folded, measure, frame);
    this.view.setLayout(room > 0 ? first : again, anchor);
  }

  // ---- selection

  select(id, show = false) {
    const box = this.view.boxes.get(id);
    if (!box) return;
    this.selected = id;
    this.overlay.select(box);
    setText(byId("inspector-title"), "Node, selected; click beside it to deselect");
    this._inspect(box);
    if (show) this._focusBox(box);
  }

  // A selected node stays in the side panel while the pointer passes over others.
  deselect() {
    this.selected = null;
    this.overlay.select(null);
    setText(byId("inspector-title"), "Node");
  }

  hover(id) {
    const box = id === null || this.selected !== null ? null : this.view.boxes.get(id);
    this.overlay.pointed = box;
    this.overlay.draw();
    if (box && box.kind !== "cluster") this._inspect(box);
  }

  _inspect(box) {
    if (box.kind === "node") this.inspector.inspect(box.node);
    else this.inspector.inspectModule(box.cluster);
  }

  // Unfolds the modules around a node and selects it.
  reveal(node) {
    const box = this.view.boxOfNode(node);
    if (box.kind === "fold") {
      for (const c of clustersAround(this.graph, this.graph.clusterOf[node]))
        this.folded.delete(c);
      this._layout(box.id);
    }
    this.select(`n${node}`, true);
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
    this.overlay.showMatches(nodes);
    setText(byId("found"), text.trim() === "" ? "" : `${nodes.length.toLocaleString("en")} found`);
  }

  nextFound(direction) {
    const { nodes } = this.found;
    if (nodes.length === 0) return;
    this.found.at = (this.found.at + direction + nodes.length) % nodes.length;
    const field = document.activeElement;
    this.reveal(nodes[this.found.at]);
    field?.focus();
    setText(byId("found"), `${this.found.at + 1} of ${nodes.length.toLocaleString("en")}`);
  }
}
