// Bytecode for live cells: node bytecode.mjs PYODIDE WHEEL FOLDER
//
// Pyodide's own Python compiles the modules that a page needs, as bytecode.py says. A browser that
// takes Python's library from here starts in half the time.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { argv } from "node:process";
import { pathToFileURL } from "node:url";

const [pyodide, wheel, folder] = argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(join(pyodide, "pyodide.mjs")));
const python = await loadPyodide({ indexURL: pyodide });
const bytes = (path) => new Uint8Array(readFileSync(path));
python.FS.writeFile("/tmp/library.zip", bytes(join(pyodide, "python_stdlib.zip")));
python.FS.writeFile("/tmp/wheel.zip", bytes(wheel));
python.runPython(readFileSync(new URL("bytecode.py", import.meta.url), "utf-8"));
for (const name of ["python_stdlib.zip", "bytecode.zip"]) {
  writeFileSync(join(folder, name), python.FS.readFile(`/tmp/${name}`));
}
