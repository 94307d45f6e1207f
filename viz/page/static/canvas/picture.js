// Picture: the numbers known at the shown step, with their colors and descriptions.

import { INDETERMINATE, Scale, shadeColor } from "../base/colors.js";
import { contentsOf } from "../layout/folds.js";
import { nameOf } from "../base/formulas.js";
import { grouped, short, signed } from "../base/numbers.js";
import { largestOf, spanOf, spanText } from "./span.js";
import { titleOf, wholeTitle } from "../layout/sizes.js";
import { t, told } from "../base/words.js";

export class Picture {
  constructor(engine, steps) {
    this.engine = engine;
    this.steps = steps;
    this.graph = engine.graph;
    this.regroup();
    this.keepsScale = false; // true during a drag
    this.asked = Infinity; // in practice, the first push that is still to be found
    this.extraFlags = new Map(); // by node, beside the flags that follow from numbers
    this.position = 0;
    this.refresh();
  }

  // Recomputes after a change of the calls shown.
  regroup() {
    this.contents = contentsOf(this.graph);
  }

  // Recomputes after a change of numbers, or of the order of pushes.
  refresh() {
    const { engine } = this;
    this.correctGrad = engine.wrongOrder ? this._correctGrad() : null;
    if (!this.keepsScale || !this.scale.largest)
      this.scale = Scale.of(engine.grad, engine.reached);
    this.show(Math.min(this.position, this.steps.last));
  }

  // The correct gradients, while the wrong order is shown.
  _correctGrad() {
    const { engine } = this;
    engine.wrongOrder = false;
    const grad = engine.grad.slice();
    engine.wrongOrder = true;
    return grad;
  }

  // True for a node whose gradient comes out wrong.
  isWrong(i) {
    if (this.correctGrad === null || !this.engine.reached[i]) return false;
    const [wrong, correct] = [this.engine.grad[i], this.correctGrad[i]];
    return !Object.is(wrong, correct) && !(Math.abs(wrong - correct) <= 1e-9 * Math.abs(correct));
  }

  show(position) {
    this.position = position;
    this.state = this.steps.stateAt(position);
    if (this.isAsking) this.scale = Scale.of(this.state.grad, this.state.reached);
  }

  dataOf(i) {
    return this.state.known[i] ? this.engine.data[i] : null;
  }

  gradOf(i) {
    return this.state.reached[i] ? this.state.grad[i] : null;
  }

  // True while practice hides numbers.
  get isAsking() {
    return this.asked < this.engine.pushCount;
  }

  // The local derivative along an edge, or null if it is not known, or to be found.
  localOf(edge) {
    const { engine, graph } = this;
    const isHidden = engine.pushes.along[edge] >= this.asked;
    return isHidden || !this.state.known[graph.target[edge]] ? null : engine.local[edge];
  }

  // The number that was pushed along an edge, or null before that push.
  contributionOf(edge) {
    const k = this.engine.pushes.along[edge];
    if (k < 0 || this.position <= this.steps.seed + k) return null;
    return this.engine.push(k).contribution;
  }

  // The color of a box, by the largest gradient of these nodes.
  fillOf(nodes) {
    return shadeColor(this.scale.shade(largestOf(spanOf(nodes, (i) => this.gradOf(i)))));
  }

  // The color of a line for several edges: that of the largest contribution, or of an
  // indeterminate one.
  lineColor(edges) {
    let greatest = null;
    for (const e of edges) {
      const c = this.contributionOf(e);
      if (c === 0 && this.engine.indeterminate.has(e)) return INDETERMINATE;
      if (c !== null && (greatest === null || !(Math.abs(c) <= Math.abs(greatest)))) greatest = c;
    }
    return shadeColor(this.scale.shade(greatest), "line");
  }

  flagsOf(i) {
    const flags = [];
    const nonfinite = (x, what) => {
      if (x !== null && !Number.isFinite(x))
        flags.push(`${Number.isNaN(x) ? "nan" : "inf"}${what}`);
    };
    const data = this.dataOf(i);
    nonfinite(data, "");
    nonfinite(this.gradOf(i), " grad");
    if (this.position === this.steps.last && this.isWrong(i))
      flags.push(t("should be {x}", { x: signed(this.correctGrad[i]) }));
    if (this.extraFlags.has(i)) flags.push(this.extraFlags.get(i));
    else if (this.isOff(i)) flags.push(told(this.graph.off[this.graph.ops[this.graph.op[i]]]));
    if (this.graph.op[i] < 0 && this.graph.locked[i] && !this.graph.isConstant[i])
      flags.push(t("locked"));
    return flags;
  }

  // True for a node that is known to pass no gradient at this point, since it is 0.
  isOff(i) {
    const { op, ops, off } = this.graph;
    return !this.isAsking && this.dataOf(i) === 0 && Object.hasOwn(off, ops[op[i]]);
  }

  describe(i) {
    const { graph } = this;
    const [data, grad] = [this.dataOf(i), this.gradOf(i)];
    const role = told(graph.roles[i]);
    const made = graph.op[i] < 0 ? role : t("{role} by {op}", { role, op: graph.ops[graph.op[i]] });
    return [
      `${nameOf(graph, i)}, ${made}`,
      data === null ? t("no value yet") : `data ${short(data)}`,
      grad === null ? t("no gradient yet") : t("gradient {x}", { x: signed(grad) }),
      ...this.flagsOf(i),
    ].join(", ");
  }

  describeBox({ kind, node, cluster }) {
    if (kind === "node") return this.describe(node);
    if (kind === "cluster") return t("module {title}. Press Enter to fold.", { title: titleOf(this.graph, cluster) });
    const grad = spanOf(this.contents[cluster].outputs, (i) => this.gradOf(i));
    const title = wholeTitle(this.graph, cluster, 48);
    const facts = { title, size: this.sizeOf(cluster), grad: spanText(grad, signed) };
    if (this.graph.clusters[cluster].othersOf === undefined)
      return t("folded module {title}, {size}, gradients {grad}. Press Enter to unfold.", facts);
    return t("folded module {title}, {size}, gradients {grad}. Press Enter to show the next.", facts);
  }

  // "7 nodes, 3 parameters".
  sizeOf(cluster) {
    const { size, parameters } = this.contents[cluster];
    const texts = [size === 1 ? t("1 node") : t("{n} nodes", { n: grouped(size) })];
    if (parameters === 1) texts.push(t("1 parameter"));
    if (parameters > 1) texts.push(t("{n} parameters", { n: grouped(parameters) }));
    return texts.join(", ");
  }
}
