// Frame: a page inside of a widget. Traits and messages of the model pass between it and the kernel.

function render({ model, el }) {
  const frame = document.createElement("iframe");
  Object.assign(frame, { title: model.get("_title"), srcdoc: model.get("_html"), allowFullscreen: true });
  frame.setAttribute("sandbox", "allow-scripts");
  frame.style.cssText = `width:100%;height:${model.get("_height")};border:0`;
  const error = document.createElement("pre");
  error.setAttribute("role", "alert");
  const still = document.createElement("style"); // the picture for readers without a kernel
  still.textContent = `.${model.get("_still")} { display: none }`;
  el.append(still, frame, error);
  const showError = () => (error.textContent = model.get("error"));
  const post = (name) => () => frame.contentWindow?.postMessage([name, model.get(name)], "*");
  const posts = Object.fromEntries(["_numbers", "_selection"].map((name) => [name, post(name)]));
  const hear = ({ source, data: [name, value] }) => {
    if (source !== frame.contentWindow) return;
    if (name === "ready") for (const send of Object.values(posts)) send();
    else if (name === "set") model.send({ set: value });
    else if (name === "_selection") {
      model.set(name, value);
      model.save_changes();
    }
  };
  window.addEventListener("message", hear);
  for (const [name, send] of Object.entries(posts)) model.on(`change:${name}`, send);
  model.on("change:error", showError);
  showError();
  return () => {
    window.removeEventListener("message", hear);
    for (const [name, send] of Object.entries(posts)) model.off(`change:${name}`, send);
    model.off("change:error", showError);
  };
}

export default { render };
