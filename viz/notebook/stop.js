// Stop: a button that ends a training. The training reads its trait and never writes it.

function render({ model, el }) {
  const button = document.createElement("button");
  button.textContent = "■ stop the training";
  const show = () => (button.disabled = model.get("stopped"));
  button.addEventListener("click", () => {
    model.set("stopped", true);
    model.save_changes();
    show();
  });
  show();
  el.append(button);
}

export default { render };
