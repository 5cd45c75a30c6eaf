// The messages of a reservation, in the panel or on their own page: opening them is reading them, typing is safe.
//
// What refreshes by itself (refresh.js) marks nothing as read: nobody may be looking.

const LINGERS = 5_000;

/** Somebody opened the messages: say so to the server, and leave the marks in sight for a while. */
function markSeen(talk) {
  const form = talk.querySelector("[data-seen]");
  const fold = form?.closest("[data-talk-fold]");
  if (!form || form.dataset.asked || (fold && !fold.open) || document.visibilityState !== "visible") return;
  form.dataset.asked = "true";
  const part = form.closest("[data-refresh]");
  part?.setAttribute("data-busy", "");
  setTimeout(() => part?.removeAttribute("data-busy"), LINGERS);
  htmx.ajax("POST", form.getAttribute("action"), { source: form, target: form, swap: "none" }).catch(() => {});
}

/** The panel is about to be drawn again: returns what puts the old messages into the new one, with all that was typed. */
export function keepTalk(shown) {
  const talk = shown.querySelector("[data-talk]");
  const active = talk?.contains(document.activeElement) ? document.activeElement : null;
  const range = active?.matches("textarea") ? [active.selectionStart, active.selectionEnd] : null;
  return (root) => {
    const place = talk && root.querySelector(`#${talk.id}`);
    if (!place) return null;
    place.replaceWith(talk);
    if (!active) return null;
    return () => {
      active.focus({ preventScroll: true });
      if (range) active.setSelectionRange(...range);
    };
  };
}

function keys(event) {
  const field = event.target.closest?.(".talk-form textarea");
  if (!field) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    field.form.requestSubmit();
  } else if (event.key === "Escape" && field.value.trim()) {
    // The panel would close, and with it what is typed: first only leave the field.
    event.preventDefault();
    event.stopPropagation();
    (field.closest("[data-talk-fold]")?.querySelector("summary") || field.form.querySelector("button")).focus();
  }
}

export function startTalk() {
  for (const talk of document.querySelectorAll("[data-talk]")) markSeen(talk);
  document.addEventListener("keydown", keys, true);
  document.addEventListener("toggle", ({ target }) => target.matches?.("[data-talk-fold][open]") && markSeen(target), true);
  document.addEventListener("htmx:afterSettle", ({ detail }) => detail.target.matches?.("[data-talk]") && markSeen(detail.target));
}
