// OwnModel: the view of an MLP that is made in the page, { engine, training, trainer, key }.

import { graphOf } from "../base/graph.js";
import { withTurns } from "../layout/turns.js";
import { mlpScene } from "./mlp_scene.js";
import { Trainer } from "./trainer.js";

// `base` is the view of Python's model, `spec` is { sizes, activation, loss }, `coded` are
// examples with the names of their `inputs`.
export function ownView(base, spec, coded) {
  const { training, engine: old } = base;
  const names = [...coded.inputs, ...coded.labels];
  const { scene, ...places } = mlpScene(training.mlp, spec, names, old.graph);
  const graph = { ...withTurns(graphOf(scene)), stale: "new" }; // its numbers are computed
  const engine = old.fresh(graph);
  const own = {
    ...training,
    ...places,
    spec,
    inputs: coded.inputs.length,
    trained: places.parameters.name.length,
    layers: layersOf(spec.sizes),
    probe: 0,
    classes: coded.classes,
    middle: coded.middle,
    texts: coded.texts,
    examples: coded.rows,
    runs: [],
    sets: {},
    fixed: false,
    live: true,
    why: "",
  };
  return { engine, training: own, trainer: new Trainer(engine.fresh(), own), key: viewKeyOf(spec, coded) };
}

// Views with the same key have the same graph.
export function viewKeyOf({ sizes, activation, loss }, { inputs, labels, texts }) {
  return JSON.stringify([sizes, activation, loss, inputs, labels, texts]);
}

function layersOf(sizes) {
  let from = 0;
  return sizes.slice(1).map((width, at) => {
    const to = from + width * (sizes[at] + 1);
    const layer = { name: `layers.${at}`, from, to };
    from = to;
    return layer;
  });
}
