// Stored: an object that the browser remembers, except in a frame that may not store anything.

export function recalled(name) {
  try {
    return Object(JSON.parse(localStorage.getItem(name)));
  } catch {
    return {};
  }
}

export function store(name, object) {
  try {
    localStorage.setItem(name, JSON.stringify(object));
  } catch {} // a frame of a notebook has no storage
}
