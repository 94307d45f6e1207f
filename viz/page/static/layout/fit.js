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

// The scale at which a picture fills a frame.
export function fitScale(picture, frame) {
  const room = (side) => Math.max(frame[side] - 2 * EDGE, 1) / picture[side];
  return Math.min(room("width"), room("height"), LARGEST);
}

export function fittedLayout(graph, folded, measure, frame) {
  const plan = new Plan(graph, folded);
  let best = plan.layout(measure);
  const scale = (layout) => fitScale(layout, frame);
  if (best.boxes.length > MANY) return best;
  const { width } = best;
  for (let rows = 2, failures = 0; rows <= MOST_ROWS && failures < 3 && scale(best) < GOOD; rows++) {
    const layout = plan.layout(measure, (1.06 * width) / rows);
    failures += 1;
    if (scale(layout) < scale(best) * (best.width === width ? GAIN : 1.02)) continue;
    [best, failures] = [layout, 0];
  }
  if (scale(best) >= READABLE) return best;
  // rows as wide as the frame, to read from above to below
  const rows = plan.layout(measure, (frame.width - 2 * EDGE) / START - 70);
  return rows.width * START <= frame.width ? rows : best;
}

// The modules to fold at the start so that at most `room` boxes are left and their text can be
// read, and the layout: { folded, layout }.
export function firstLayout(graph, room, measure, frame) {
  let best = null;
  let folds = -1;
  for (let most = room; most >= 2; most = Math.floor(most / 1.5)) {
    const folded = firstFolds(graph, most);
    if (folded.size === folds) continue;
    folds = folded.size;
    const layout = fittedLayout(graph, folded, measure, frame);
    const scale = fitScale(layout, frame);
    if (!best || scale > best.scale) best = { folded, layout, scale };
    if (scale >= READABLE) break;
  }
  return best;
}
