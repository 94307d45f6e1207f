// Graphs to test with, in the shape that graphOf gives: small, random, and layers of neurons.

export function graphFrom(nodes, clusters = []) {
  const count = nodes.length;
  const first = new Int32Array(count + 1);
  nodes.forEach(({ operands = [] }, i) => (first[i + 1] = first[i] + operands.length));
  return {
    count,
    root: count - 1,
    first,
    operand: Int32Array.from(nodes.flatMap(({ operands = [] }) => operands)),
    clusterOf: Int32Array.from(nodes, ({ cluster = -1 }) => cluster),
    clusters,
    op: Int32Array.from(nodes, ({ operands = [] }) => (operands.length ? 0 : -1)),
    names: nodes.map(({ name }, i) => name ?? `v${i + 1}`),
    roles: nodes.map(({ operands = [] }) => (operands.length ? "operation" : "input")),
    ops: ["add"],
    symbols: ["+"],
    flags: nodes.map(() => []),
    locked: new Uint8Array(count),
  };
}

// A small linear congruential generator: the same numbers on every machine.
export function randomFrom(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

export function randomGraph(seed, size, clusterCount) {
  const random = randomFrom(seed);
  const clusters = [];
  for (let c = 0; c < clusterCount; c++) {
    clusters.push({ name: `m${c}`, kind: "M", title: `m${c} · M`, parent: random(c + 1) - 1 });
  }
  const nodes = [];
  for (let i = 0; i < size; i++) {
    const arity = i < 3 ? 0 : random(4);
    const operands = Array.from({ length: arity }, () => random(i));
    nodes.push({ operands, cluster: random(clusterCount + 1) - 1 });
  }
  return graphFrom(nodes, clusters);
}

// A perceptron with these widths: nodes in neurons in layers in one module.
export function perceptron(widths) {
  const nodes = [];
  const clusters = [{ name: "mlp", kind: "MLP", title: "mlp · MLP", parent: -1 }];
  const add = (operands, cluster) => nodes.push({ operands, cluster }) - 1;
  const cluster = (kind, parent) => clusters.push({ name: kind, kind, title: kind, parent }) - 1;
  let xs = Array.from({ length: widths[0] }, () => add([], -1));
  for (const width of widths.slice(1)) {
    const layer = cluster("Layer", 0);
    xs = Array.from({ length: width }, () => {
      const neuron = cluster("Neuron", layer);
      let sum = add([], neuron);
      for (const x of xs) sum = add([sum, add([add([], neuron), x], neuron)], neuron);
      return add([sum], neuron);
    });
  }
  return graphFrom(nodes, clusters);
}
