// Output: what a cell shows, below it, in the markup of the executed page.

import { words } from "./words.js";

const MOST = 12; // nodes of a picture that its text names

const CLASSES = {
  stream: "output stream highlight-myst-ansi",
  error: "output traceback highlight-ipythontb",
  plain: "output text_plain highlight-myst-ansi",
};
const RICH = ["image/svg+xml", "text/html", "image/png"];

function element(name, className, ...children) {
  const made = document.createElement(name);
  made.className = className;
  made.append(...children);
  return made;
}

export function text(kind, content) {
  const pre = element("pre", "", content);
  return element("div", `${CLASSES[kind]} notranslate`, element("div", "highlight", pre));
}

// The richest form that a page shows: it has no library that typesets LaTeX.
export function chosen(forms) {
  return RICH.find((type) => forms[type]) ?? "text/plain";
}

// The text in the place of a picture: the nodes of its graph, by the first lines of their titles.
export function described(titles) {
  const names = titles.slice(0, MOST).map((title) => title.split("\n")[0]);
  const others = titles.length - names.length;
  return words.graph(names.join("; ") + (others > 0 ? `; +${others}` : ""));
}

function value(forms) {
  const type = chosen(forms);
  if (type === "text/plain") return text("plain", forms[type]);
  const box = element("div", `output ${type.replace(/[/+]/g, "_")}`);
  if (type === "image/png") {
    const image = element("img", "");
    image.alt = forms["text/plain"];
    image.src = `data:image/png;base64,${forms[type]}`;
    box.append(image);
  } else {
    box.innerHTML = forms[type];
    const nodes = [...box.querySelectorAll("svg[role=img] .node > title")];
    if (nodes.length > 0) {
      const titles = nodes.map((title) => title.textContent);
      box.querySelector("svg").setAttribute("aria-label", described(titles));
    }
  }
  return box;
}

// Adds one message of the session to the output.
export function show(place, { kind, text: content, bundle }) {
  const last = place.lastElementChild;
  if (kind === "stream" && last?.classList.contains("stream")) {
    last.querySelector("pre").append(content);
  } else {
    place.append(kind === "bundle" ? value(bundle) : text(kind, content));
  }
}
