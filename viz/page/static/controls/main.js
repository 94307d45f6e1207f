// Main: the entry of a page. The only module that reads SCENE and PRIMITIVES.

import { Arrangement } from "./arrangement.js";
import { byId, onClick } from "../base/dom.js";
import { Engine } from "../engine/engine.js";
import { graphOf } from "../base/graph.js";
import { listenToKeys } from "./keys.js";
import { listenToPointer } from "./pointer.js";
import { listenToPlace } from "./place.js";
import { retell, startLanguage } from "./language.js";
import { Session } from "./session.js";
import { onLanguage } from "../base/words.js";
import { showNotice } from "./notice.js";
import { withTurns } from "../layout/turns.js";

export const given = { scene: SCENE, primitives: PRIMITIVES };
const arrangement = new Arrangement(); // first: it decides the size of the canvas
startLanguage(arrangement);
const engine = new Engine(withTurns(graphOf(given.scene)), given.primitives);
export const session = new Session(engine, byId("learn") ? 40 : engine.graph.room); // fewer beside a panel
onLanguage(() => retell(session));
const { camera } = session.view;
if (!byId("learn")) listenToPlace(session, document.body.dataset.opening);

showNotice(engine);
listenToKeys(session, arrangement);
listenToPointer(session);

onClick("fold-all", () => session.foldAll());
onClick("unfold-all", () => session.unfold());
onClick("zoom-in", () => camera.zoom(1.25));
onClick("zoom-out", () => camera.zoom(0.8));
onClick("fit", () => camera.fit());
onClick("reset", () => session.reset());

const field = byId("search");
field.addEventListener("input", () => session.search(field.value));
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter") session.nextFound(event.shiftKey ? -1 : 1);
  if (event.key === "Escape") {
    field.value = "";
    session.search("");
    byId("graph").focus();
  }
});

const wrong = byId("wrong-order");
wrong.addEventListener("change", () => session.setWrongOrder(wrong.checked));
window.addEventListener("beforeprint", () => {
  camera.fit(false);
  session.view.draw();
});

globalThis.microgradlike = Object.freeze({ engine, session });
