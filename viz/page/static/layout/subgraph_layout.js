// SubgraphLayout: the direct content of one module, or of the whole graph, arranged in columns.
//
// A signal is a box whose output is used. It enters a subgraph through a port on the left, leaves
// it through one on the right, and has one trunk between columns, however many uses it has.

import { ranksOf } from "./ranks.js";
import { orderColumns } from "./crossings.js";
import { heightsOf } from "./heights.js";

const BETWEEN_BOXES = 26;
const BETWEEN_LINES = 12;
const NARROWEST = 40; // width of a gap between columns
const WIDEST = 150;
const BETWEEN_ROWS = 36;
const LANE = 10; // between lines that lead from one row to the next
const ASIDE = 8; // more from a row to its lanes, which are not to look like borders

export class SubgraphLayout {
  constructor() {
    this.items = []; // { box, x, y, width, height, outlet: signal => y, inlet: key => y }
    this.origins = new Map(); // signal -> its item, or -1 if it comes from outside
    this.uses = new Map(); // signal -> Map(item, or -1 if it leaves -> Set of inlet keys)
    this.index = new Map(); // box -> index in items
  }

  add(box) {
    if (!this.index.has(box)) {
      this.index.set(box, this.items.length);
      this.items.push({ box, width: 0, height: 0, outlet: null, inlet: null, x: 0, y: 0 });
    }
    return this.index.get(box);
  }

  // `signal` leads from the item `from` to the inlet `key` of the item `to`. `from` is -1 for a
  // signal from outside, `to` is -1 for one that leaves.
  link(signal, from, to, key) {
    this.origins.set(signal, from);
    const targets = this.uses.get(signal) ?? this.uses.set(signal, new Map()).get(signal);
    const keys = targets.get(to) ?? targets.set(to, new Set()).get(to);
    keys.add(key);
  }

  // `turn(signal)` is the order of the signals that enter and leave. Columns beyond the width
  // `widest` start a new row.
  arrange(turn, widest = Infinity) {
    this._columns(turn);
    this._lines();
    // the order depends little on the sizes of what is inside, so it is found once
    this.order ??= orderColumns(
      this.columns,
      this.vertices.length,
      this.segments,
      new Set(this.entering.length ? [0] : []),
      (v) => this.vertices[v].family ?? null,
    );
    const columns = this.order;
    const lines = (v) => v >= this.items.length;
    const space = (v, w) => (lines(v) || lines(w) ? BETWEEN_LINES : BETWEEN_BOXES);
    const height = this.vertices.map((v) => v.height);
    const y = heightsOf(columns, height, space, this.segments);
    this.vertices.forEach((v, i) => (v.y = y[i]));
    this._across(columns, widest);
    this._down(columns);
  }

  // Column 0 holds entering signals, the last column leaving ones, if there are any.
  _columns(turn) {
    const n = this.items.length;
    const links = [];
    for (const [signal, targets] of this.uses) {
      const from = this.origins.get(signal);
      if (from >= 0) for (const to of targets.keys()) if (to >= 0) links.push([from, to]);
    }
    const ranks = ranksOf(n, links);
    const least = ranks.reduce((a, b) => Math.min(a, b), 0);
    const most = ranks.reduce((a, b) => Math.max(a, b), 0);
    const signals = [...this.uses.keys()].sort((a, b) => turn(a) - turn(b));
    this.entering = signals.filter((s) => this.origins.get(s) < 0);
    this.leaving = signals.filter((s) => this.uses.get(s).has(-1));
    const shift = (this.entering.length ? 1 : 0) - least;
    this.vertices = [...this.items];
    this.rank = Array.from(ranks, (r) => r + shift);
    this.ports = { in: new Map(), out: new Map() };
    for (const s of this.entering) this.ports.in.set(s, this._vertex(0));
    const last = most + shift + 1;
    for (const s of this.leaving) this.ports.out.set(s, this._vertex(last));
    const width = last + (this.leaving.length ? 1 : 0);
    this.columns = Array.from({ length: width }, () => []);
    this.rank.forEach((r, v) => this.columns[r].push(v));
  }

  _vertex(rank) {
    this.rank.push(rank);
    return this.vertices.push({ width: 0, height: 0, x: 0, y: 0, outlet: null, inlet: null }) - 1;
  }

  // Segments between neighbouring columns, and the trunk of each signal: rank -> vertex.
  _lines() {
    this.segments = [];
    this.trunks = new Map();
    for (const [signal, targets] of this.uses) {
      const start = this._start(signal);
      const trunk = new Map();
      this.trunks.set(signal, trunk);
      for (const [to, keys] of targets) {
        const end = to < 0 ? this.ports.out.get(signal) : to;
        const before = this._reach(signal, trunk, start, this.rank[end] - 1);
        if (before < 0) continue; // against the reading direction: drawn straight
        for (const key of keys) this._segment(signal, before, end, key);
      }
    }
  }

  // The vertex that carries `signal` in column `rank`; the trunk grows that far.
  _reach(signal, trunk, start, rank) {
    if (rank < this.rank[start]) return -1;
    let at = start;
    for (let r = this.rank[start] + 1; r <= rank; r++) {
      let next = trunk.get(r);
      if (next === undefined) {
        next = this._vertex(r);
        this.columns[r].push(next);
        trunk.set(r, next);
        this._segment(signal, at, next, signal);
      }
      at = next;
    }
    return at;
  }

  _segment(signal, a, b, key) {
    const n = this.items.length;
    const weight = a >= n && b >= n ? 6 : a >= n || b >= n ? 2 : 1;
    const [outY, inY] = [this._outlet(a, signal), this._inlet(b, key)];
    const [from, to] = [this.vertices[a], this.vertices[b]];
    const [out, into] = [outY / (from.height + 1), inY / (to.height + 1)];
    // boxes of a chain stand on one level; lines to their inlets would lower each a little more
    const isLevel = from.isPlain && to.isPlain;
    const [fromY, toY] = isLevel ? [from.height / 2, to.height / 2] : [outY, inY];
    this.segments.push({ a, b, weight, outY, inY, out, in: into, fromY, toY });
  }

  _start(signal) {
    const from = this.origins.get(signal);
    return from < 0 ? this.ports.in.get(signal) : from;
  }

  _outlet(v, signal) {
    return v < this.items.length ? this.items[v].outlet(signal) : 0;
  }

  _inlet(v, key) {
    return v < this.items.length ? this.items[v].inlet(key) : 0;
  }

  // Places columns side by side, a wider gap at a steep line. Leaves stand right, near their users.
  _across(columns, widest) {
    const steep = new Float64Array(columns.length);
    const used = new Set();
    for (const s of this.segments) {
      const rise = this.vertices[s.b].y + s.inY - this.vertices[s.a].y - s.outY;
      steep[this.rank[s.a]] = Math.max(steep[this.rank[s.a]], Math.abs(rise));
      used.add(s.b);
    }
    this.left = new Float64Array(columns.length);
    this.right = new Float64Array(columns.length);
    this.row = new Int32Array(columns.length); // the row of each column
    let x = 0;
    columns.forEach((column, c) => {
      const width = column.reduce((most, v) => Math.max(most, this.vertices[v].width), 0);
      this.row[c] = c > 0 ? this.row[c - 1] : 0;
      if (x + width > widest && width > 0 && x > 0) {
        this.row[c] += 1;
        x = 0;
      }
      this.left[c] = x;
      this.right[c] = x + width;
      for (const v of column) {
        const box = this.vertices[v];
        box.x = used.has(v) ? x : x + width - box.width;
      }
      x += width + Math.round(Math.min(NARROWEST + 0.12 * steep[c], WIDEST));
    });
    this.width = this.right.reduce((most, right) => Math.max(most, right), 0);
    this.height = this.vertices.reduce((most, v) => Math.max(most, v.y + v.height), 0);
  }

  // Places rows below each other. A line leads to the next row around the right end, through a lane
  // between the rows, and around the left end.
  _down(columns) {
    this.lanes = new Map();
    const last = this.row[columns.length - 1] ?? 0;
    if (last === 0) return;
    const rows = Array.from({ length: last + 1 }, () => []);
    columns.forEach((column, c) => rows[this.row[c]].push(...column));
    const turns = rows.map((_, row) => this._turns(row));
    const indent = ASIDE + LANE * (1 + Math.max(...turns.map((lines) => lines.length)));
    this.left = this.left.map((x) => x + indent);
    this.right = this.right.map((x) => x + indent);
    let top = 0;
    this.width = 0;
    rows.forEach((row, k) => {
      const highest = Math.min(...row.map((v) => this.vertices[v].y));
      for (const v of row) {
        this.vertices[v].x += indent;
        this.vertices[v].y += top - highest;
      }
      const right = Math.max(...row.map((v) => this.right[this.rank[v]]));
      this.height = Math.max(...row.map((v) => this.vertices[v].y + this.vertices[v].height));
      const lines = turns[k];
      lines.forEach((line, j) => {
        const outer = LANE * (lines.length - j); // outer lanes are lower
        const y = this.height + BETWEEN_ROWS / 2 + outer;
        const left = indent - ASIDE - LANE * (j + 1);
        this.lanes.set(line, { right: right + ASIDE + outer, y, left });
      });
      const lanes = lines.length > 0 ? ASIDE + LANE * lines.length : 0;
      this.width = Math.max(this.width, right + lanes);
      top = this.height + BETWEEN_ROWS + LANE * (lines.length + 1);
    });
  }

  // The lines that leave a row for the next one, by vertex and outlet, from the upper ones down.
  _turns(row) {
    const lines = new Map();
    for (const { a, b, outY } of this.segments) {
      const [from, to] = [this.row[this.rank[a]], this.row[this.rank[b]]];
      if (from === row && to > row) lines.set(`${a}:${outY}`, this.vertices[a].y + outY);
    }
    return [...lines.keys()].sort((p, q) => lines.get(p) - lines.get(q));
  }

  // The points from `signal` to the inlet `key` of item `to`, or to its port on the right if `to`
  // is -1.
  route(signal, to, key) {
    const start = this._start(signal);
    const end = to < 0 ? this.ports.out.get(signal) : to;
    const first = this.vertices[start];
    const y = first.y + this._outlet(start, signal);
    const points = [[first.x + first.width, y]];
    const [from, until] = [this.rank[start], this.rank[end]];
    if (from < until) points.push([this.right[from], y]);
    const trunk = this.trunks.get(signal);
    let at = start;
    for (let r = from + 1; r < until; r++) {
      const next = trunk.get(r);
      const { y: level } = this.vertices[next];
      points.push(...this._turn(at, signal, level), [this.left[r], level], [this.right[r], level]);
      at = next;
    }
    const last = this.vertices[end];
    const arrival = last.y + this._inlet(end, key);
    if (from < until) points.push(...this._turn(at, signal, arrival), [this.left[until], arrival]);
    points.push([last.x, arrival]);
    return points;
  }

  // The points of the way from one row to the next, if the line from vertex `at` leaves its row.
  _turn(at, signal, arrival) {
    const outY = this._outlet(at, signal);
    const lane = this.lanes.get(`${at}:${outY}`);
    if (!lane) return [];
    const { right, y, left } = lane;
    return [
      [right, this.vertices[at].y + outY],
      [right, y],
      [left, y],
      [left, arrival],
    ];
  }
}
