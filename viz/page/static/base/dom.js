// Dom: elements, and nothing from the graph as markup: text is text, attributes are set.

const SVG = "http://www.w3.org/2000/svg";

export function drawn(tag, attributes = {}, parent = null) {
  return filled(document.createElementNS(SVG, tag), attributes, parent);
}

export function element(tag, attributes = {}, parent = null) {
  return filled(document.createElement(tag), attributes, parent);
}

export function byId(id) {
  return document.getElementById(id);
}

// Sets what changed only: pages of numbers are rewritten at every frame of a drag.
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function filled(node, attributes, parent) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") node.textContent = value;
    else node.setAttribute(name, value);
  }
  if (parent) parent.append(node);
  return node;
}
