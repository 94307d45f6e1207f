// Live: the entry of a page that draws a training while it runs.

import { byId, setText } from "../base/dom.js";
import { numberOf } from "../base/graph.js";
import { grouped, short } from "../base/numbers.js";
import { setLanguage, t } from "../base/words.js";
import { Curve } from "../training/curve.js";
import { TrainingRun } from "../training/training_run.js";
import { openChannel } from "./channel.js";

setLanguage(navigator.language.slice(0, 2));
let liveRuns = [];
let chosen = null; // a step that the reader points at; null for the last one
const liveCurve = new Curve(byId("curve"), (step, pace) => {
  chosen = pace === "drag" ? step : null;
  showLive();
});
openChannel({ _numbers: (text) => takeRuns(JSON.parse(text)) });

function takeRuns({ steps, columns, title }) {
  setText(byId("title"), title);
  liveRuns = Object.entries(columns).map(([name, losses]) =>
    Object.assign(new TrainingRun(name), { steps, losses: losses.map(numberOf) }),
  );
  showLive();
}

function showLive() {
  if (liveRuns.length === 0 || liveRuns[0].last < 0) return;
  const at = chosen === null ? liveRuns[0].last : liveRuns[0].at(chosen);
  liveCurve.show(liveRuns, liveRuns.map((run) => [run, at]));
  const step = t("step {k}", { k: grouped(liveRuns[0].steps[at]) });
  setText(byId("live-status"), [step, ...liveRuns.map((run) => textOf(run, at))].join(" · "));
}

function textOf({ name, losses }, at) {
  const x = short(losses[at]);
  return name === "validation" ? t("validation loss {x}", { x }) : t("loss {x}", { x });
}
