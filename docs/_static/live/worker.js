// The worker: Python (Pyodide) with microgradlike and Graphviz, beside the page so that it stays
// responsive.

const here = (name) => new URL(name, import.meta.url).href;
let python, session;
let isLent = false;

async function loaded(address, read) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address} is missing (${answer.status})`);
  return answer[read]();
}

// Pyodide, with the library of Python as bytecode if the site has it: half the time of its own.
async function started(pyodide, version) {
  const { loadPyodide } = await import(`${pyodide}pyodide.mjs`);
  const options = { indexURL: pyodide };
  if (version) options.stdLibURL = here(`python_stdlib.zip?v=${version}`);
  return loadPyodide(options);
}

async function start({ pyodide, wheel, version }) {
  const addresses = version ? [wheel, here(`bytecode.zip?v=${version}`)] : [wheel];
  const [ready, code, ...archives] = await Promise.all([
    started(pyodide, version),
    loaded(here("session.py"), "text"),
    ...addresses.map((address) => loaded(address, "arrayBuffer")),
  ]);
  python = ready;
  for (const archive of archives) python.unpackArchive(archive, "wheel");
  python.FS.writeFile("/home/pyodide/session.py", code);
  const send = (message) => postMessage(JSON.parse(message));
  session = python.pyimport("session").Session(send, python.globals);
}

async function run({ code, number }) {
  if (!isLent && code.includes("viz")) {
    // not at the start: a first cell without pictures answers a second sooner
    isLent = true;
    const { Graphviz } = await import("./graphviz.js");
    const graphviz = await Graphviz.load();
    python.pyimport("viz.dot.render").lend_graphviz((source) => graphviz.dot(source));
  }
  // such as NumPy; without a network the import fails, and says so in the cell
  const silent = { messageCallback() {}, errorCallback() {} };
  await python.loadPackagesFromImports(code, silent).catch(() => {});
  return session.run(code, number);
}

addEventListener("message", async ({ data }) => {
  try {
    if (!session) await start(data);
    postMessage({ kind: "done", error: data.code ? await run(data) : "" });
  } catch (error) {
    // Python itself, not the cell: it did not load, or it is beyond repair
    postMessage({ kind: "broken", text: error.message });
  }
});
