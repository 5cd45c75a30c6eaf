// Short notes at the edge of the screen. They are announced by their container (aria-live) and go by themselves.

const box = () => document.getElementById("toasts");
export const word = (name) => box()?.dataset[name] || "";

/** For requests that never left: htmx:sendError has said so already. */
export const said = () => {};

/** Show a note; `action` is `{ label, run }`. Returns what takes it away. */
export function toast(text, { action = null, tone = "", seconds = 10, key = "" } = {}) {
  const host = box();
  if (!host || !text) return () => {};
  if (key) host.querySelectorAll(`[data-key="${key}"]`).forEach((old) => old.remove());
  while (host.children.length > 2) host.firstElementChild.remove();
  const note = document.createElement("div");
  note.className = "toast-note";
  if (tone) note.dataset.tone = tone;
  if (key) note.dataset.key = key;
  const words = document.createElement("p");
  words.textContent = text;
  note.append(words);
  const close = () => note.remove();
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = action.label;
    button.addEventListener("click", () => {
      close();
      action.run();
    });
    note.append(button);
  }
  host.append(note);
  let left = seconds * 1000;
  const timer = setInterval(() => {
    // Whoever is reading it, or on its button, keeps it.
    if (!note.isConnected) clearInterval(timer);
    else if (!note.matches(":hover, :focus-within") && (left -= 500) <= 0) close();
  }, 500);
  return close;
}
