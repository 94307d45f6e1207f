// Sets: the examples that a training in the page has to choose from, and points of one's own.

import { byId, element } from "../base/dom.js";
import { classesOf } from "./lesson.js";

const OWN = "my own points";
const GIVEN = "the data";

export class Sets {
  constructor(room, practice) {
    this.room = room;
    this.practice = practice;
    this.classes = classesOf(room.lesson);
    const flat = this.classes?.length === 2 && room.lesson.inputs === 2;
    this.sets = { [GIVEN]: room.lesson.examples, ...room.lesson.sets };
    if (flat) this.sets[OWN] = [];
    const select = byId("set");
    const names = Object.keys(this.sets);
    for (const name of names) element("option", { value: name, text: name }, select);
    byId("set-row").hidden = names.length < 2;
    select.addEventListener("change", () => this._show());
    byId("clear-points").addEventListener("click", () => {
      this.sets[OWN] = [];
      this._show();
    });
    room.panels.onPlane = (...at) => this._clicked(...at);
    this._showOwn();
  }

  get isOwn() {
    return byId("set").value === OWN;
  }

  // Points of one's own lie where the data was: a plane that moved would be hard to click on.
  _show(probe = 0) {
    const examples = this.sets[byId("set").value];
    this._showOwn();
    this.room.onLook();
    this.room.setExamples(examples, probe, this.isOwn ? this.sets[GIVEN] : examples);
    this.practice.forget();
  }

  _showOwn() {
    for (const part of byId("set-row").querySelectorAll(".own")) part.hidden = !this.isOwn;
  }

  _clicked(x, y, example) {
    if (example >= 0) return this.room.choose(example);
    if (!this.isOwn) return undefined;
    const k = Number(byId("set-row").querySelector("input[name=class]:checked").value);
    const tidy = (v) => Number(v.toPrecision(4));
    const point = Float64Array.of(tidy(x), tidy(y), this.classes[k]);
    this.sets[OWN] = [...this.sets[OWN], point];
    return this._show(this.sets[OWN].length - 1);
  }
}
