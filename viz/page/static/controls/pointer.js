// Pointer: dragging the value of a leaf, selecting a node, folding and unfolding a module.

const PIXELS = 100; // a drag this long changes a value by its own power of ten

export function listenToPointer(session) {
  const { svg } = session.view;
  let drag = null;
  const start = (event) => {
    const handle = event.target.closest(".handle");
    if (!handle || event.button > 0) return;
    const leaf = Number(handle.dataset.leaf);
    event.preventDefault(); // keeps the camera still
    event.stopPropagation();
    svg.setPointerCapture(event.pointerId);
    const x = session.engine.data[leaf];
    const name = session.graph.names[leaf];
    drag = { leaf, name, id: event.pointerId, from: event.clientX, x };
    session.select(`n${leaf}`);
  };
  svg.addEventListener("pointerdown", start, { capture: true });
  svg.addEventListener("pointermove", (event) => {
    if (drag && event.pointerId === drag.id) {
      drag.now = event;
      drag.asked ??= requestAnimationFrame(() => {
        if (drag) follow(session, drag);
      });
    } else if (event.pointerType === "mouse") hover(session, event);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    svg.addEventListener(end, (event) => {
      if (drag && event.pointerId === drag.id) {
        if (drag.now) follow(session, drag);
        drag = null;
        session.justDragged = true;
      }
    });
  }
  svg.addEventListener("click", (event) => click(session, event));
}

function hover(session, event) {
  const { view } = session;
  if (view.svg.classList.contains("panning")) return;
  const box = view.boxAt(event);
  if (box?.id === session.hovered) return;
  session.hovered = box?.id ?? null;
  session.hover(session.hovered);
}

function follow(session, drag) {
  drag.asked = undefined;
  const steps = Math.round(drag.now.clientX - drag.from) * (drag.now.shiftKey ? 0.1 : 1);
  const { names } = session.graph; // of another graph, if the last number chose another branch
  const leaf = names[drag.leaf] === drag.name ? drag.leaf : names.indexOf(drag.name);
  if (leaf >= 0) session.setLeaf(leaf, steps === 0 ? drag.x : moved(drag.x, steps));
}

// A number so many pixels further; nan and the infinities move from 0.
export function moved(x, steps) {
  const start = Number.isFinite(x) ? x : 0;
  // the shortest nearby number, so that no 0.30000000000000004 appears
  return Number((start + steps * unitOf(start)).toPrecision(6));
}

// The change per pixel, a power of ten.
function unitOf(x) {
  const size = Math.abs(x) > 0 && Number.isFinite(x) ? Math.abs(x) : 1;
  const within = size < 1 && size > 1e-3 ? 1 : size;
  return 10 ** Math.floor(Math.log10(within)) / PIXELS || 0.01;
}

function click(session, event) {
  if (session.justDragged || session.view.camera.dragged) {
    session.justDragged = false;
    return;
  }
  const box = session.view.boxAt(event);
  if (!box) session.deselect();
  else if (box.kind === "node") session.select(box.id);
  else if (box.kind === "fold") session.toggle(box.cluster);
  else if (onTitle(session, box, event)) session.toggle(box.cluster);
  else session.deselect();
}

function onTitle(session, box, event) {
  const { camera } = session.view;
  const [, y] = camera.pointAt(event);
  return y < box.y + Math.max(26, 18 / camera.scale);
}
