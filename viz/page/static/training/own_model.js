// OwnModel: the view of an MLP that is made in the page, { engine, training, trainer, key }.

import { graphOf } from "../base/graph.js";
import { withTurns } from "../layout/turns.js";
import { mlpScene } from "./mlp_scene.js";
import { Trainer } from "./trainer.js";
import { layersOf } from "./training_json.js";

// `base` is the view of Python's model, `spec` is { sizes, activation, loss, init }, `coded` are
// examples with the names of their `inputs`.
export function ownView(base, spec, coded) {
  const { training, engine: old } = base;
  const names = [...coded.inputs, ...coded.labels];
  const { scene, ...places } = mlpScene(training.mlp, spec, names, old.graph);
  const graph = { ...withTurns(graphOf(scene)), stale: "new" }; // its numbers are computed
  const engine = old.fresh(graph);
  const { sizes } = spec;
  const { rows: examples, classes, middle, texts } = coded;
  const own = {
    ...training, ...places, spec, classes, middle, texts, examples,
    inputs: sizes[0],
    trained: places.parameters.name.length,
    layers: layersOf(sizes.slice(1).map((width, at) => ({ name: `layers.${at}`, size: width * (sizes[at] + 1) }))),
    probe: 0,
    runs: [],
  };
  return { engine, training: own, trainer: new Trainer(engine.fresh(), own), key: viewKeyOf(spec, coded) };
}

// Views with the same key have the same graph.
export function viewKeyOf({ sizes, activation, loss }, { inputs, labels, texts }) {
  return JSON.stringify([sizes, activation, loss, inputs, labels, texts]);
}
