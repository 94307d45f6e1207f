// Learn: the lesson of this file comes to life. The only module that knows LESSON.

import { Classroom } from "./classroom.js";
import { byId } from "./dom.js";
import { lessonOf } from "./lesson.js";
import { session } from "./main.js";
import { Practice } from "./practice.js";
import { Trainer } from "./trainer.js";

const lesson = lessonOf(LESSON);
const trainer = new Trainer(session.engine.twin(), lesson);
const room = new Classroom(session, trainer, lesson);
const practice = lesson.live ? new Practice(room) : null;

for (const part of document.querySelectorAll(".live")) part.hidden = !lesson.live;
byId("not-live").hidden = lesson.live;
byId("fixed").hidden = !lesson.fixed;
byId("time-part").hidden = lesson.runs[0].last === 0 && !lesson.live;
session.player.go(session.steps.last);

globalThis.microgradlike = Object.freeze({ ...microgradlike, room, practice });
