// Python: a worker that runs one cell at a time; it starts at the first one.

export class Python {
  constructor(sources) {
    this.sources = sources;
    this.worker = null;
    this.answer = null;
  }

  // Runs a cell; `show` takes what it shows. The outcome is a text: "" or the name of an error.
  async run(code, number, show) {
    if (!this.worker) await this.start();
    return this.ask({ code, number }, show);
  }

  start() {
    this.worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
    return this.ask(this.sources, () => {});
  }

  ask(message, show) {
    return new Promise((resolve, reject) => {
      const refuse = (text) => {
        this.end();
        reject(new Error(text));
      };
      this.stop = () => refuse("stopped");
      this.worker.onerror = (event) => refuse(event.message || "Python did not start");
      this.worker.onmessage = ({ data }) => {
        if (data.kind === "broken") refuse(data.text);
        else if (data.kind === "ready" || data.kind === "done") resolve(data.error ?? "");
        else show(data);
      };
      this.worker.postMessage(message);
    });
  }

  // A worker cannot be interrupted: it is ended, and its names with it.
  end() {
    this.worker?.terminate();
    this.worker = null;
  }

  stop() {
    this.end();
  }
}
