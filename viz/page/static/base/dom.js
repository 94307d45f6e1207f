// Dom: HTML and SVG elements. Text from a graph is set as text, never parsed as markup.

const SVG = "http://www.w3.org/2000/svg";
const COLORS = new Set(["fill", "background"]); // as properties: the policy forbids style attributes

export function drawn(tag, attributes = {}, parent = null) {
  return filled(document.createElementNS(SVG, tag), attributes, parent);
}

export function element(tag, attributes = {}, parent = null) {
  return filled(document.createElement(tag), attributes, parent);
}

export function addRow(table, cells) {
  const row = element("tr", {}, table);
  for (const text of cells) element("td", { text }, row);
}

// A term with its description, in a list of facts.
export function addFact(list, term, text) {
  element("dt", { text: term }, list);
  element("dd", { text }, list);
}

export function byId(id) {
  return document.getElementById(id);
}

// Fills a select with options, [value, text] each, and chooses a value.
export function fillSelect(select, options, chosen) {
  select.replaceChildren(...options.map(([value, text]) => element("option", { value, text })));
  select.value = String(chosen);
}

// A button with a text, and with other attributes.
export function addButton(parent, text, act, others = {}) {
  element("button", { type: "button", text, ...others }, parent).addEventListener("click", act);
}

export function onClick(id, act) {
  byId(id).addEventListener("click", act);
}

// Writes only a changed text: a drag rewrites pages of numbers at every frame.
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function filled(node, attributes, parent) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") node.textContent = value;
    else if (COLORS.has(name)) node.style[name] = value;
    else node.setAttribute(name, value);
  }
  if (parent) parent.append(node);
  return node;
}
