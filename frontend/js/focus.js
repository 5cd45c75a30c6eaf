// Focus follows what appeared; the live region says what changed without moving it.

export function say(text) {
  const live = document.getElementById("live");
  if (!live || !text) return;
  live.textContent = "";
  requestAnimationFrame(() => {
    live.textContent = text;
  });
}

function focusOn(root) {
  const target = root.querySelector("[data-focus]");
  if (!target) return;
  target.focus({ preventScroll: true });
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const box = target.closest("section") || target;
  const { top } = box.getBoundingClientRect();
  if (top >= 0 && top < innerHeight / 3) return; // beside the times on a wide screen: in view already
  box.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
}

export function followFocus() {
  focusOn(document);
  document.addEventListener("htmx:afterSettle", (event) => {
    // After a replacement of the whole element htmx reports the old one: look at the page then.
    const root = event.detail.target.isConnected ? event.detail.target : document;
    if (root.id === "panel" || root.closest?.("#panel")) focusOn(root);
  });
  // A link of an error summary goes to the field itself, not merely near it.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('#error-summary a[href^="#"]');
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    field.closest("details")?.setAttribute("open", "");
    field.focus();
  });
}
