// Frame: a page inside of a widget. Messages pass between it and the kernel.

function render({ model, el }) {
  el.innerHTML = model.get("_frame"); // written by Python, every text escaped
  const page = el.querySelector("iframe");
  const tellPage = (message) => page.contentWindow?.postMessage(message, "*");
  const tellKernel = ({ source, data }) => source === page.contentWindow && model.send(data);
  model.on("msg:custom", tellPage);
  window.addEventListener("message", tellKernel);
  return () => {
    model.off("msg:custom", tellPage);
    window.removeEventListener("message", tellKernel);
  };
}

export default { render };
