// Channel: messages between a page in a widget and the kernel, as pairs of a name and a value.

// `hear` has a function for each name; the frame around answers "ready" with the present values.
export function openChannel(hear) {
  const tell = (name, value) => parent.postMessage([name, value], "*");
  addEventListener("message", ({ source, data }) => {
    if (source === parent && source !== window) hear[data[0]]?.(data[1]);
  });
  tell("ready", null);
  return tell;
}
