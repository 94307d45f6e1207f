// Words of a page that no translation made: neither names, nor signs, nor code.

export const untranslated = async (allowed) => {
  const { session, trainingState, trainingControls } = microgradlike;
  const { graph, player, steps } = session;
  const names = [...graph.names, ...graph.ops, ...graph.symbols, document.getElementById("title").textContent];
  for (const { name, kind, module } of graph.clusters) if (module !== "") names.push(name, kind);
  for (const t of [trainingState?.training].filter(Boolean)) names.push(...t.numbers.name, ...t.parameters.name);
  const known = new Set([...allowed, ...names.join(" ").match(/\p{L}{2,}/gu)]);
  const left = new Map();
  const note = (text, where) => {
    for (const word of text?.match(/\p{L}{2,}|\{\w+\}/gu) ?? []) if (!known.has(word)) left.set(word, `${where}: ${text}`);
  };
  const read = () => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { parentElement: e, data } = walker.currentNode;
      if (!e.closest("script, noscript, kbd, [lang]:not(html), #rate, #optimizer, #own-part option, #examples option, .code-lines, #difference:empty")) note(data, e.id || e.className || e.tagName);
    }
    for (const name of ["title", "aria-label", "placeholder", "aria-valuetext"])
      for (const e of document.querySelectorAll(`[${name}]`)) note(e.getAttribute(name), name);
    note(document.title, "title");
  };
  for (const p of [0, 1, steps.seed - 1, steps.seed, steps.seed + 1, steps.last - 1]) { player.go(p); read(); }
  player.go(steps.last);
  player.pause();
  for (const on of [true, false]) { session.setWrongOrder(on); read(); }
  for (let i = 0; i < graph.count; i += Math.ceil(graph.count / 5)) { session.reveal(i); read(); }
  const leaf = [...graph.op.keys()].find((i) => session.engine.isFree(i));
  session.reveal(leaf);
  const field = document.querySelector('#inspected input[type="text"]');
  for (const text of ["x", "1,234", "1e999", "nan", "1"]) {
    if (!field) break;
    field.value = text;
    field.dispatchEvent(new Event("input"));
    read();
  }
  session.search(graph.names[0]);
  session.nextFound(1);
  session.foldAll();
  read();
  for (const box of session.view.boxes.values()) note(session.picture.describeBox(box), "box");
  session.unfold();
  session.deselect();
  if (trainingControls) {
    trainingControls.step();
    for (const name of ["forward", "backward", "update"]) { trainingControls[name](); read(); }
    const [k] = trainingState.training.parameters.node;
    session.setLeaf(k, 3);
    const select = document.getElementById("dataset");
    for (const { value } of select.options) {
      select.value = value;
      select.dispatchEvent(new Event("change"));
      trainingState.panels.show("rest");
      read();
    }
  }
  await new Promise((done) => setTimeout(done, 450));
  read();
  return [...left].map(([word, text]) => `${word} in ${text}`);
};
