// Live: the entry of a page that draws a training while it runs.

import { byId, setText } from "../base/dom.js";
import { numberOf } from "../base/graph.js";
import { grouped, short } from "../base/numbers.js";
import { LANGUAGES, languageNow, setLanguage, t } from "../base/words.js";
import { Curve } from "../training/curve.js";
import { TrainingRun } from "../training/training_run.js";
import { openChannel } from "./channel.js";

const makersLanguage = new URLSearchParams(document.body.dataset.opening).get("lang");
const readersLanguages = navigator.languages.map((name) => name.slice(0, 2));
setLanguage([makersLanguage, ...readersLanguages].find((name) => LANGUAGES.includes(name)));
document.documentElement.lang = languageNow();
let liveRuns = [];
let chosen = null; // a step that the reader points at; null for the last one
const liveCurve = new Curve(byId("curve"), (step, pace) => {
  chosen = pace === "drag" ? step : null;
  showLive();
});
const tellTraining = openChannel(({ curve }) => takeRuns(curve));
byId("stop").addEventListener("click", () => tellTraining({ stop: true }));
setText(byId("stop"), t("■ stop the training"));
setText(byId("interrupt"), t("To stop, interrupt the cell. A training in a mo.Thread has a button instead."));

function takeRuns({ steps, columns, title, wayOut }) {
  setText(byId("title"), title || t("Training"));
  for (const id of ["stop", "interrupt"]) byId(id).hidden = true;
  if (wayOut) byId(wayOut === "button" ? "stop" : "interrupt").hidden = false;
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
