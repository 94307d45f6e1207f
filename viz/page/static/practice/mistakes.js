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

// [{ mistake, number, text }] for push k, the likeliest first; `text` takes the text of the answer.
// "ahead" is the gradient at the end, which is no mistake but answers another question.
export function mistakesAt(engine, k) {
  const push = engine.push(k);
  const { before, contribution, after, operand } = push;
  const facts = factsOf(engine, push);
  const found = [];
  const add = (mistake, number, text, more = {}) =>
    found.push({ mistake, number, text: (x) => text({ ...facts, ...more, x }) });
  const made = pushesMade(engine, push);
  if (!push.isFirst) {
    add("overwrite", contribution, overwriteText);
    add("path", before, pathText);
  }
  for (const [mistake, pushed, text, more] of made) {
    add(mistake, before + pushed, push.isFirst ? text : (f) => withSum(text(f), f), more);
    if (!push.isFirst && pushed !== contribution) add(mistake, pushed, (f) => withoutSum(text(f), f), more);
  }
  for (const i of [operand, push.from])
    add("value", engine.data[i], valueOnlyText, { node: nameOf(engine.graph, i) });
  add("ahead", engine.grad[operand], aheadText);
  return found.filter(({ number }) => Number.isFinite(number) && number !== after);
}

// { kind: "right" | "mistake" | "ahead" | "near" | "unknown", mistakes, text }, for an answer as
// readAnswer gives it.
export function judgeNumber(engine, k, answer, typed) {
  const push = engine.push(k);
  const facts = { ...factsOf(engine, push), x: typed };
  const scale = Math.abs(push.before) + Math.abs(push.contribution);
  if (isSame(answer, push.after, scale)) return { kind: "right", mistakes: [], text: rightText(facts, push) };
  const fits = mistakesAt(engine, k).filter(({ number }) => isSame(answer, number, scale));
  const unlike = fits.filter((a, i) => fits.findIndex((b) => a.mistake === b.mistake) === i);
  const named = unlike.filter(({ mistake }) => mistake !== "ahead");
  const mistakes = named.map(({ mistake }) => mistake);
  if (named.length) return { kind: "mistake", mistakes, text: `${named[0].text(typed)} ${othersText(mistakes)}`.trim() };
  if (unlike.length) return { kind: "ahead", mistakes, text: unlike[0].text(typed) };
  const isNear = Math.abs(answer.x - push.after) <= 0.1 * Math.abs(push.after);
  return { kind: isNear ? "near" : "unknown", mistakes, text: isNear ? nearText() : unknownText(facts) };
}

// The same for a node as the answer to "which node can push next?".
export function judgeNode(exercise, i) {
  const { engine } = exercise;
  const { graph } = engine;
  const standing = exercise.standingOf(i);
  const waiting = standing === "waiting";
  const last = waiting && engine.push(exercise.receivedBy(i).at(-1));
  const facts = {
    c: nameOf(graph, i),
    grad: derivativeName(graph, graph.root, i),
    partial: waiting && short(last.after),
    users: exercise.usersToCome(i).map((user) => nameOf(graph, user)).join(", "),
    next: nameOf(graph, exercise.question.next),
  };
  const kind = standing === "ready" ? "right" : "mistake";
  const text = standingText(i === exercise.question.next ? "next" : standing, facts);
  return { kind, mistakes: waiting ? ["order"] : [], text };
}

// [mistake, push made by it, text, more facts], for the mistakes within the push.
function pushesMade(engine, { from, operand, edge, local, upstream }) {
  const { graph, data } = engine;
  const early = partialUpstreams(engine, from, edge);
  const slots = edgesInto(graph, from).filter((e) => e !== edge);
  const others = slots.map((e) => [graph.operand[e], engine.partialAlong(e)]);
  return [
    ["upstream", local, upstreamText],
    ["sign", -upstream * local, signText],
    ...early.map((partial) => ["order", partial * local, orderMistakeText, { partial: short(partial) }]),
    ...others.map(([b, slope]) => [
      "operand", upstream * slope, operandText,
      { slope: short(slope), by: derivativeName(graph, from, b) },
    ]),
    ...[operand, from].map((i) => [
      "value", upstream * data[i], valueText,
      { value: short(data[i]), node: nameOf(graph, i) },
    ]),
  ];
}

// The gradients that a node may have when it pushes too early.
function partialUpstreams(engine, node, edge) {
  const { pushes, graph } = engine;
  const whole = engine.grad[node];
  const found = [engine.naiveUpstream(edge)];
  for (let k = 0; k < pushes.count && found.length < PARTIAL_SUMS; k++) {
    if (graph.operand[pushes.edges[k]] === node) found.push(pushes.after[k], engine.push(k).contribution);
  }
  return [...new Set(found)].filter((x) => x !== whole);
}

function factsOf(engine, { from, operand, edge, before, upstream, local, contribution, after }) {
  const { graph } = engine;
  const numbers = { upstream: factor(upstream), local: factor(local), contribution: short(contribution) };
  return {
    ...numbers,
    c: nameOf(graph, from),
    formula: formulaByName(graph, from),
    a: nameOf(graph, operand),
    grad: derivativeName(graph, graph.root, operand),
    above: derivativeName(graph, graph.root, from),
    slopeName: localName(graph, edge),
    before: short(before),
    sum: `${short(before)} + ${factor(contribution)} = ${short(after)}`,
    after: short(after),
  };
}

const othersText = ([, ...others]) =>
  others.length ? t("Other mistakes give the same number: {names}.", { names: others.map((m) => mistakeNames()[m]).join(", ") }) : "";
const overwriteText = (f) => t("{x} is the push from {c} alone. {grad} already held {before}, and += adds: {sum}.", f);
const pathText = (f) => t("{x} is what {grad} held before. The path through {c} counts too: {sum}.", f);
const upstreamText = (f) => t("{x} has only the local derivative {slopeName} = {local}. Multiply it by the upstream gradient: {upstream} × {local} = {contribution}.", f);
const signText = (f) => t("{x} has the wrong sign. The local derivative {slopeName} is {local}, and {upstream} × {local} = {contribution}.", f);
const orderMistakeText = (f) => t("{x} comes from a push too early, when {above} was only {partial}. With all contributions it is {upstream}: {upstream} × {local} = {contribution}.", f);
const operandText = (f) => t("{x} uses {by} = {slope}, the derivative by the other operand. By {a} it is {slopeName} = {local}: {upstream} × {local} = {contribution}.", f);
const valueText = (f) => t("{x} uses {value}, the value of {node}, as the derivative. The local derivative {slopeName} is {local}: {upstream} × {local} = {contribution}.", f);
const valueOnlyText = (f) => t("{x} is the value of {node}, not a gradient. The push is {above} · {slopeName} = {upstream} × {local} = {contribution}.", f);
const aheadText = (f) => t("{x} is {grad} at the end, after all pushes. Here only the push from {c} is added: {after}.", f);
const withSum = (text, f) => `${text} ${t("Then {grad} is {sum}.", f)}`;
const withoutSum = (text, f) =>
  `${text} ${t("And {grad} already held {before}, which += keeps: {sum}.", f)}`;
const nearText = () => t("Close. Three digits are asked for, or a fraction.");
const unknownText = (f) => t("{x} is not right, and none of the mistakes known here gives it. Hint: multiply {above} = {upstream} by {slopeName}, for {c} = {formula}. Add that to {before}.", f);
const rightText = (f, { isFirst }) =>
  isFirst
    ? t("The push is {upstream} × {local} = {after}.", f)
    : t("The sum is {before} + {upstream} × {local} = {after}.", f);

function standingText(standing, f) {
  switch (standing) {
    case "next": return t("{grad} is complete, so {c} can push.", f);
    case "ready": return t("{grad} is complete, so {c} can push. {next} can too, and goes first here.", f);
    case "pushed": return t("{c} has pushed already. Each node pushes once.", f);
    case "empty": return t("{c} has no gradient yet, so it has nothing to push.", f);
    case "leaf": return t("{c} is a leaf: it has no operands to push to.", f);
    default: return t("{c} must wait for {users}. Its gradient of {partial} is not complete, and it pushes only once.", f);
  }
}
