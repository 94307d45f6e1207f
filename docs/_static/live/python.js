// Python: a worker that runs one cell at a time.

import { words } from "./words.js";

const nobody = { resolve() {}, reject() {}, show() {} };

const unloaded = (text) => `${text}. ${words.unloaded}`;

export class Python {
  constructor(sources) {
    this.sources = sources;
    this.worker = null;
    this.isReady = false;
    this.loading = null;
    this.waiting = nobody; // for the answer to the last message
  }

  // Starts the worker, once.
  load() {
    if (!this.worker) {
      this.worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
      this.worker.addEventListener("message", ({ data }) => this.heard(data));
      this.worker.addEventListener("error", ({ message }) => this.end(message || words.crashed));
      this.loading = this.ask(this.sources).then(() => {
        this.isReady = true;
      });
    }
    return this.loading;
  }

  // Runs a cell; `show` takes what it shows. The outcome is a text: "" or the name of an error.
  async run(code, number, show) {
    await this.load();
    return this.ask({ code, number }, show);
  }

  // Sends a message and waits for the answer; throws if Python ends before.
  ask(message, show) {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject, show };
      this.worker.postMessage(message);
    });
  }

  heard(message) {
    if (message.kind === "broken") this.end(this.isReady ? message.text : unloaded(message.text));
    else if (message.kind === "done") this.waiting.resolve(message.error);
    else this.waiting.show(message);
  }

  // A worker cannot be interrupted: it is ended, and its names with it.
  end(reason) {
    this.worker?.terminate();
    this.worker = null;
    this.isReady = false;
    this.waiting.reject(new Error(reason));
    this.waiting = nobody;
  }
}
