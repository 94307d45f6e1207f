// Learn: the entry of a page with a training. The only module that reads LESSON.

import { byId, setText } from "../base/dom.js";
import { session } from "../controls/main.js";
import { Datasets } from "./datasets.js";
import { Panels } from "./panels.js";
import { Trainer } from "./trainer.js";
import { TrainingControls } from "./training_controls.js";
import { trainingOf } from "./training_json.js";
import { TrainingState } from "./training_state.js";

const training = trainingOf(LESSON);
const trainer = new Trainer(session.engine.fresh(), training);
const trainingState = new TrainingState(session, trainer, training, (state) => new Panels(state));
const trainingControls = training.live ? new TrainingControls(trainingState) : null;
const datasets = trainingControls ? new Datasets(trainingState, trainingControls) : null;

for (const part of document.querySelectorAll(".live")) part.hidden ||= !training.live;
setText(byId("limits"), training.why);
byId("limits").hidden = training.why === "";
byId("example-before").addEventListener("click", () => trainingState.selectNext(-1));
byId("example-after").addEventListener("click", () => trainingState.selectNext(1));
byId("example-part").hidden = training.fixed;
session.player.go(session.steps.last);

globalThis.microgradlike = Object.freeze({
  ...microgradlike,
  trainingState,
  trainingControls,
  datasets,
});
