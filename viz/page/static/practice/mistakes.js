// Mistakes: the numbers that common mistakes give for one push, and the one that was made.

import { derivativeName, formulaByName, localName, nameOf } from "../base/formulas.js";
import { edgesInto } from "../base/graph.js";
import { factor, short } from "../base/numbers.js";
import { t } from "../base/words.js";
import { isSame } from "./answer.js";

const PARTIAL_SUMS = 12; // gradients of an early push that are tried, at most

// The names of the mistakes, as they are counted.
export function mistakeNames() {
  return {
    overwrite: t("overwrote instead of adding"),
    path: t("forgot a path"),
    upstream: t("left out the upstream gradient"),
    sign: t("wrong sign"),
    order: t("pushed before the gradient was complete"),
    operand: t("derivative by the wrong operand"),
    value: t("took a value for a derivative"),
  };
}

// { isRight, mistakes, text } for push k; `answer` is that of readAnswer for the text `typed`.
export function judgeNumber(engine, k, answer, typed) {
  const push = engine.push(k);
  const { before, contribution, after } = push;
  const f = { ...factsOf(engine, push), x: typed };
  const scale = Math.abs(before) + Math.abs(contribution);
  if (isSame(answer, after, scale)) return { isRight: true, mistakes: [], text: rightText(push, f) };
  const fits = mistakesAt(engine, push, f).filter(([, number]) => isSame(answer, number, scale));
  const mistakes = [...new Set(fits.map(([mistake]) => mistake))].filter(Boolean);
  const names = mistakes.slice(1).map((mistake) => mistakeNames()[mistake]).join(", ");
  const others = names ? ` ${t("Other mistakes give the same number: {names}.", { names })}` : "";
  return { isRight: false, mistakes, text: (fits[0]?.[2] ?? unknownText(answer, push, f)) + others };
}

// The same for node i as the answer to "which node can push next?".
export function judgeNode(exercise, i) {
  const { question: { next }, engine: { graph } } = exercise;
  const f = {
    c: nameOf(graph, i),
    grad: derivativeName(graph, graph.root, i),
    partial: short(exercise.gradientOf(i)),
    users: exercise.usersToCome(i).map((user) => nameOf(graph, user)).join(", "),
    next: nameOf(graph, next),
  };
  const texts = {
    ready: t("{grad} is complete, so {c} can push. {next} can too, and goes first here.", f),
    pushed: t("{c} has pushed already. Each node pushes once.", f),
    empty: t("{c} has no gradient yet, so it has nothing to push.", f),
    leaf: t("{c} is a leaf: it has no operands to push to.", f),
    waiting: t("{c} must wait for {users}. Its gradient of {partial} is not complete, and it pushes only once.", f),
  };
  const standing = exercise.standingOf(i);
  const text = i === next ? t("{grad} is complete, so {c} can push.", f) : texts[standing];
  return { isRight: standing === "ready", mistakes: standing === "waiting" ? ["order"] : [], text };
}

// Rows of mistake, number and text, the likeliest first. The last row is no mistake: the
// gradient at the end answers another question.
function mistakesAt(engine, push, f) {
  const { before, contribution, after, from, operand, isFirst } = push;
  const pushes = mistakenPushes(engine, push, f).filter(([, pushed]) => pushed !== contribution);
  const added = ([mistake, pushed, text]) => [
    [mistake, before + pushed, `${text} ${t("Then {grad} is {sum}.", f)}`],
    [mistake, pushed, `${text} ${t("And {grad} already held {before}, which += keeps: {sum}.", f)}`],
  ];
  const sums = [
    ["overwrite", contribution, t("{x} is the push from {c} alone. {grad} already held {before}, and += adds: {sum}.", f)],
    ["path", before, t("{x} is what {grad} held before. The path through {c} counts too: {sum}.", f)],
    ...pushes.flatMap(added),
  ];
  const values = [operand, from].map((i) => {
    const node = nameOf(engine.graph, i);
    return ["value", engine.data[i], t("{x} is the value of {node}, not a gradient. The push is {above} · {slopeName} = {upstream} × {local} = {contribution}.", { ...f, node })];
  });
  const ahead = [null, engine.grad[operand], t("{x} is {grad} at the end, after all pushes. Here only the push from {c} is added: {after}.", f)];
  const rows = [...(isFirst ? pushes : sums), ...values, ahead];
  return rows.filter(([, number]) => Number.isFinite(number) && number !== after);
}

// The same for the mistakes within the push, before it is added.
function mistakenPushes(engine, { from, operand, edge, local, upstream }, f) {
  const { graph, data } = engine;
  const early = partialUpstreams(engine, from, edge).map((x) => {
    const partial = short(x);
    return ["order", x * local, t("{x} comes from a push too early, when {above} was only {partial}. With all contributions it is {upstream}: {upstream} × {local} = {contribution}.", { ...f, partial })];
  });
  const others = edgesInto(graph, from).filter((e) => e !== edge).map((e) => {
    const [by, x] = [derivativeName(graph, from, graph.operand[e]), engine.partialAlong(e)];
    return ["operand", upstream * x, t("{x} uses {by} = {slope}, the derivative by the other operand. By {a} it is {slopeName} = {local}: {upstream} × {local} = {contribution}.", { ...f, by, slope: short(x) })];
  });
  const values = [operand, from].map((i) => {
    const [node, value] = [nameOf(graph, i), short(data[i])];
    return ["value", upstream * data[i], t("{x} uses {value}, the value of {node}, as the derivative. The local derivative {slopeName} is {local}: {upstream} × {local} = {contribution}.", { ...f, node, value })];
  });
  return [
    ["upstream", local, t("{x} has only the local derivative {slopeName} = {local}. Multiply it by the upstream gradient: {upstream} × {local} = {contribution}.", f)],
    ["sign", -upstream * local, t("{x} has the wrong sign. The local derivative {slopeName} is {local}, and {upstream} × {local} = {contribution}.", f)],
    ...early, ...others, ...values,
  ];
}

// The gradients that a node may have when it pushes too early.
function partialUpstreams(engine, node, edge) {
  const { pushes, graph } = engine;
  const into = [...pushes.edges.keys()].filter((k) => graph.operand[pushes.edges[k]] === node).slice(0, PARTIAL_SUMS / 2);
  const sums = into.flatMap((k) => [pushes.after[k], engine.push(k).contribution]);
  return [...new Set([engine.naiveUpstream(edge), ...sums])].filter((x) => x !== engine.grad[node]);
}

function factsOf({ graph }, { from, operand, edge, before, upstream, local, contribution, after }) {
  return {
    c: nameOf(graph, from),
    formula: formulaByName(graph, from),
    a: nameOf(graph, operand),
    grad: derivativeName(graph, graph.root, operand),
    above: derivativeName(graph, graph.root, from),
    slopeName: localName(graph, edge),
    upstream: factor(upstream),
    local: factor(local),
    contribution: short(contribution),
    before: short(before),
    after: short(after),
    sum: `${short(before)} + ${factor(contribution)} = ${short(after)}`,
  };
}

function rightText({ isFirst }, f) {
  if (isFirst) return t("The push is {upstream} × {local} = {after}.", f);
  return t("The sum is {before} + {upstream} × {local} = {after}.", f);
}

function unknownText({ x }, { after }, f) {
  if (Math.abs(x - after) <= 0.1 * Math.abs(after)) return t("Close. Three digits are asked for, or a fraction.");
  return t("{x} is not right, and none of the mistakes known here gives it. Hint: multiply {above} = {upstream} by {slopeName}, for {c} = {formula}. Add that to {before}.", f);
}
