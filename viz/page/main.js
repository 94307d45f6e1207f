// Main: a table of nodes, until there is more to see.

import { Engine } from "./engine.js";
import { graphOf } from "./graph.js";

const engine = new Engine(graphOf(SCENE), PRIMITIVES);
const table = document.createElement("table");
engine.graph.names.forEach((name, i) => {
  const row = table.insertRow();
  for (const text of [name, engine.data[i], engine.reached[i] ? engine.grad[i] : "–"]) {
    row.insertCell().textContent = text;
  }
});
document.body.append(table);
globalThis.microgradlike = Object.freeze({ engine });
