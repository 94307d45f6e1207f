// Fit: the layout that shows largest in a frame. A wide shallow graph is broken into rows, and
// modules start folded until the boxes can be read.

import { firstFolds } from "./folds.js";
import { Plan } from "./layout.js";

export const READABLE = 0.35; // boxes show text from this scale on
export const START = 0.55; // the scale of a part, if the whole picture would be less than readable
const EDGE = 8; // pixels between the picture and the edge of the frame
const LARGEST = 1.5; // a small picture is not blown up further
const GOOD = 0.5; // a picture at this scale is not broken into rows
const GAIN = 1.2; // rows must enlarge the picture by this factor
const MANY = 400; // a layout of more boxes is not tried twice
const MOST_ROWS = 8;

// The scales at which a picture fills a frame across, and down.
function scalesOf(picture, frame) {
  return ["width", "height"].map((side) => Math.max(frame[side] - 2 * EDGE, 1) / picture[side]);
}

export function fitScale(picture, frame) {
  return Math.min(...scalesOf(picture, frame), LARGEST);
}

export function fittedLayout(graph, folded, measure, frame) {
  return widened(new Plan(graph, folded), measure, frame);
}

// With as many rows as enlarge the picture; more rows make it narrower and higher.
function widened(plan, measure, frame) {
  const one = plan.layout(measure);
  let [best, next] = [one, one];
  for (let rows = 2; rows <= MOST_ROWS && one.boxes.length <= MANY; rows++) {
    const [across, down] = scalesOf(next, frame);
    if (fitScale(best, frame) >= GOOD || down <= across) break;
    next = plan.layout(measure, (1.06 * one.width) / rows);
    const gain = fitScale(next, frame) / fitScale(best, frame);
    if (gain > (best === one ? GAIN : 1)) best = next;
  }
  return best;
}

// The modules to fold at the start so that at most `room` boxes are left and their text can be
// read, and the layout: { folded, layout }.
export function firstLayout(graph, room, measure, frame) {
  let best = { scale: 0 };
  let folds = -1;
  for (let most = room; most >= 2 && best.scale < READABLE; most = Math.floor(most / 1.5)) {
    const folded = firstFolds(graph, most);
    if (folded.size === folds) continue;
    folds = folded.size;
    const plan = new Plan(graph, folded);
    const layout = widened(plan, measure, frame);
    const scale = fitScale(layout, frame);
    if (scale > best.scale) best = { plan, folded, layout, scale };
  }
  if (best.scale >= READABLE) return best;
  // rows as wide as the frame, to read from above to below
  const layout = best.plan.layout(measure, (frame.width - 2 * EDGE) / START - 70);
  return layout.width * START <= frame.width ? { ...best, layout } : best;
}
