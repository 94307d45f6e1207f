// Learn: the lesson of this file comes to life. The only module that knows LESSON.

import { Classroom } from "./training_state.js";
import { byId, setText } from "../base/dom.js";
import { lessonOf } from "./lesson.js";
import { session } from "../controls/main.js";
import { Panels } from "./panels.js";
import { Practice } from "./training_controls.js";
import { Sets } from "./datasets.js";
import { Trainer } from "./trainer.js";

const lesson = lessonOf(LESSON);
const trainer = new Trainer(session.engine.twin(), lesson);
const room = new Classroom(session, trainer, lesson, (of) => new Panels(of));
const practice = lesson.live ? new Practice(room) : null;
const sets = practice ? new Sets(room, practice) : null;

for (const part of document.querySelectorAll(".live")) part.hidden ||= !lesson.live;
setText(byId("why"), lesson.why);
byId("why").hidden = lesson.why === "";
byId("example-before").addEventListener("click", () => room.chooseNext(-1));
byId("example-after").addEventListener("click", () => room.chooseNext(1));
byId("one-part").hidden = lesson.fixed;
session.player.go(session.steps.last);

globalThis.microgradlike = Object.freeze({ ...microgradlike, room, practice, sets });
