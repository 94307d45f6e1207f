// Channel: messages between a page in a widget and the kernel, as objects of names and values.

// `hear` takes the values of a message. The kernel answers "ready" with the present state.
export function openChannel(hear) {
  const tell = (message) => parent.postMessage(message, "*");
  addEventListener("message", ({ source, data }) => {
    if (source === parent && source !== window) hear(data);
  });
  tell({ ready: true });
  return tell;
}
