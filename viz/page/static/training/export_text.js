// ExportText: a trained model as Python, as JavaScript and as a formula. Python and JavaScript have
// its exact numbers.

import { t } from "../base/words.js";
import { MINUS, grouped, short } from "../base/numbers.js";

const MOST_LINES = 40; // of a formula
const DIGITS = 3;
const PYTHON_WORDS = { NaN: 'float("nan")', Infinity: 'float("inf")', "-Infinity": 'float("-inf")' };

// The shape of an MLP, { sizes, activation }; null for other models.
function shapeOf({ spec, mlp }) {
  return spec ?? mlp;
}

// The neurons of an MLP by layer, each [bias, ...weights].
function neuronsIn({ training, parameters }) {
  const { sizes } = shapeOf(training);
  let at = 0;
  return sizes.slice(1).map((width, l) =>
    Array.from({ length: width }, () => {
      at += sizes[l] + 1;
      return [parameters[at - 1], ...parameters.slice(at - 1 - sizes[l], at - 1)];
    }),
  );
}

function headOf(state, mark) {
  const { inputs, numbers, texts, scores, middle } = state.training;
  const names = numbers.name.slice(0, inputs).join(", ");
  const facts = { step: grouped(state.step), loss: short(state.examples.length > 0 ? state.loss : null), names };
  const lines = [t("Step {step}, mean loss {loss}. Inputs: {names}.", facts)];
  if (texts && scores.length > 1) lines.push(t("Class: that of the greatest output of {texts}.", { texts: texts.join(", ") }));
  else if (texts) lines.push(t("Class: {above} for an output above {middle}, else {below}.", { above: texts[1], middle, below: texts[0] }));
  return lines.map((line) => `${mark} ${line.replace(/[\r\n\u2028\u2029]+/g, " ")}`);
}

// A call that can be compared with the page, with the inputs of the example in the graph.
function callsOf({ training, row, trainer, parameters }, call) {
  if (!row) return [];
  const xs = row.slice(0, training.inputs);
  trainer.load(parameters);
  const numbers = trainer.scoresAt(xs).map(plainNumber).join(", ");
  return [`${call(listed(xs))} ${t("{numbers} in the page", { numbers })}`];
}

function listed(numbers) {
  return `[${[...numbers].map(plainNumber).join(", ")}]`;
}

function plainNumber(x) {
  return Object.is(x, -0) ? "-0.0" : String(x);
}

export function pythonText(state) {
  const { training, parameters } = state;
  const shape = shapeOf(training);
  const { name } = training.parameters;
  const pairs = [...parameters.slice(0, training.trained)].map((x, k) => `    ${JSON.stringify(name[k])}: ${PYTHON_WORDS[x] ?? plainNumber(x)},`);
  const model = shape
    ? `model = nn.MLP(${shape.sizes[0]}, [${shape.sizes.slice(1).join(", ")}], activation="${shape.activation}")`
    : `# ${t("`model` is one of the kind that the page was made of")}`;
  const calls = shape ? callsOf(state, (xs) => `print([y.data for y in model.outputs(${xs})])  #`) : [];
  return [...headOf(state, "#"), "from microgradlike import nn", "", model, "model.load_state_dict({", ...pairs, "})", ...calls, ""].join("\n");
}

export function javascriptText(state) {
  const { mlp } = state.training;
  return [
    ...headOf(state, "//"),
    mlp.javascript[shapeOf(state.training).activation],
    `// ${t("by layer and neuron: the bias and the weights")}`,
    "const LAYERS = [",
    ...neuronsIn(state).map((layer) => `  [${layer.map(listed).join(",\n   ")}],`),
    "];",
    "",
    `// ${t("The outputs of the model for a list of inputs.")}`,
    "function predict(inputs) {",
    "  return LAYERS.reduce((xs, layer, at) => layer.map(([b, ...w]) => {",
    "    const sum = w.reduce((total, wi, i) => total + wi * xs[i], b);",
    "    return at < LAYERS.length - 1 ? activation(sum) : sum;",
    "  }), inputs);",
    "}",
    ...callsOf(state, (xs) => `console.log(predict(${xs})); //`),
    "",
  ].join("\n");
}

// A line for each neuron, in rounded numbers.
export function formulaText(state) {
  const layers = neuronsIn(state);
  const { training } = state;
  const lines = layers.flat().length;
  if (lines > MOST_LINES)
    return t("The formula has {lines} lines, one for each neuron; it is written up to {most}.", { lines, most: MOST_LINES });
  const { activation } = shapeOf(training);
  let names = training.numbers.name.slice(0, training.inputs);
  const outputs = training.scores.map((_, k) => (training.scores.length > 1 ? `score${k}` : "score"));
  const text = layers.flatMap((layer, l) => {
    const last = l === layers.length - 1;
    const own = last ? outputs : layer.map((_, k) => `${"abcdef"[l]}${k}`);
    const written = layer.map(([b, ...w], k) => {
      const sum = [typedForm(b), ...w.map((wi, i) => term(wi, names[i]))].join(" ");
      return `${own[k]} = ${last ? sum : `${activation}(${sum})`}`;
    });
    names = own;
    return written;
  });
  return [...text, ""].join("\n");
}

function term(w, name) {
  return `${w < 0 ? MINUS : "+"} ${typedForm(Math.abs(w))}·${name}`;
}

// A number as formulas are typed: 1e-7.
function typedForm(x) {
  return short(x, DIGITS).replace(`e${MINUS}`, "e-");
}
