// The worker: Python (Pyodide) with microgradlike and Graphviz, beside the page so that it stays
// responsive.

const here = (name) => new URL(name, import.meta.url).href;
let session;

async function loaded(address, read) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address} is missing (${answer.status})`);
  return answer[read]();
}

async function start({ pyodide, wheel }) {
  const [python, graphviz, archive, code] = await Promise.all([
    import(`${pyodide}pyodide.mjs`).then(({ loadPyodide }) => loadPyodide({ indexURL: pyodide })),
    import("./graphviz.js").then(({ Graphviz }) => Graphviz.load()),
    loaded(wheel, "arrayBuffer"),
    loaded(here("session.py"), "text"),
  ]);
  python.unpackArchive(archive, "wheel");
  python.FS.writeFile("/home/pyodide/session.py", code);
  python.pyimport("viz.dot.render").lend_graphviz((source) => graphviz.dot(source));
  const send = (message) => postMessage(JSON.parse(message));
  session = python.pyimport("session").Session(send, python.globals);
}

addEventListener("message", async ({ data }) => {
  try {
    if (!session) await start(data);
    postMessage({ kind: "done", error: data.code ? session.run(data.code, data.number) : "" });
  } catch (error) {
    // Python itself, not the cell: it did not load, or it is beyond repair
    postMessage({ kind: "broken", text: error.message });
  }
});
