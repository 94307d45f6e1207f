// Learn: the entry of a page with a training. The only module that reads LESSON.

import { onClick } from "../base/dom.js";
import { graphOf } from "../base/graph.js";
import { session } from "../controls/main.js";
import { withTurns } from "../layout/turns.js";
import { Datasets } from "./datasets.js";
import { OwnPanel } from "./own_panel.js";
import { Panels } from "./panels.js";
import { Trainer } from "./trainer.js";
import { TrainingControls } from "./training_controls.js";
import { trainingOf } from "./training_json.js";
import { TrainingState } from "./training_state.js";

const training = trainingOf(LESSON);
const { second } = training;
const viewOf = (engine, own) => ({ engine, training: own, trainer: new Trainer(engine.fresh(), own) });
const views = [viewOf(session.engine, training)];
if (second) views.push(viewOf(session.engine.fresh(withTurns(graphOf(second.scene))), second));
training.runs.forEach((run, k) => (run.view = views[Math.min(k, views.length - 1)]));
const isLive = views.some((view) => view.training.live);
const trainingState = new TrainingState(session, training, (state) => new Panels(state));
const trainingControls = isLive ? new TrainingControls(trainingState) : null;
const datasets = trainingControls ? new Datasets(trainingState, trainingControls) : null;
const ownPanel = datasets ? new OwnPanel(trainingState, datasets) : null;

onClick("example-before", () => trainingState.selectNext(-1));
onClick("example-after", () => trainingState.selectNext(1));
session.player.go(session.steps.last);

globalThis.microgradlike = Object.freeze({
  ...microgradlike,
  trainingState,
  trainingControls,
  datasets,
  ownPanel,
});
