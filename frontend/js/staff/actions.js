// What has been done, and how to take it back: a toast with Undo for ten seconds, Ctrl+Z for as long as the page lives.
//
// The server says it with the event rh:done: { text, undo: address or null, version, reservation_id }.

import { said, toast, word } from "./toasts.js";

const DOUBLE_TAP = 600;
const KEPT = 20;
const done = [];
let doneAt = -DOUBLE_TAP; // a page just opened has done nothing yet
let underWay = 0;
let undosWaiting = 0;

function send(url, values) {
  const panel = document.getElementById("panel");
  const about = panel ? { target: panel, swap: "innerHTML" } : { target: document.body, swap: "none" };
  return htmx.ajax("POST", url, { ...about, values }).catch(said);
}

export function undoLast() {
  const last = done.pop();
  if (!last) return toast(word("nothing"), { seconds: 4, key: "nothing" });
  document.querySelectorAll('#toasts [data-key="done"]').forEach((note) => note.remove());
  return send(last.undo, last.version === null ? {} : { version: last.version });
}

// A table changes its colour by the socket, perhaps before the answer to the deed has come: until then the last
// step in the list is the one before it, and taking that back would be wrong.
function undoWhenAnswered() {
  if (underWay) undosWaiting += 1;
  else undoLast();
}

function answered(xhr) {
  underWay -= 1;
  if (xhr.status < 200 || xhr.status >= 400) undosWaiting = 0; // what was to be taken back was never done
  if (underWay || !undosWaiting) return;
  undosWaiting -= 1;
  undoLast();
}

function remember(detail) {
  // Own steps follow one another; after somebody else's step the older ones are no longer ours to undo.
  for (let n = done.length - 1; n >= 0; n -= 1) {
    const one = done[n];
    if (!detail.reservation_id || one.reservation_id !== detail.reservation_id) continue;
    if (detail.version - one.version === 1) one.version = detail.version;
    else done.splice(n, 1);
  }
  if (detail.undo) done.push({ undo: detail.undo, version: detail.version, reservation_id: detail.reservation_id });
  if (done.length > KEPT) done.shift();
}

export function startActions() {
  if (!document.getElementById("toasts")) return;
  document.addEventListener("rh:done", ({ detail }) => {
    doneAt = performance.now();
    remember(detail);
    const action = detail.undo ? { label: word("undo"), run: undoLast } : null;
    toast(detail.text, { action, key: "done" });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
    if (event.target.closest("input:not([type=range]), textarea, [contenteditable]")) return;
    event.preventDefault();
    undoWhenAnswered();
  });
  document.addEventListener("htmx:beforeSend", ({ detail }) => {
    if (detail.requestConfig.verb !== "post") return;
    underWay += 1;
    // After htmx has read the answer, and also when there was none or its button is gone.
    detail.xhr.addEventListener("loadend", () => answered(detail.xhr), { once: true });
  });
  // The second tap of a double tap would finish the party that the first one seated.
  document.addEventListener(
    "click",
    (event) => {
      if (performance.now() - doneAt > DOUBLE_TAP || !event.target.closest("#panel .next-action")) return;
      event.preventDefault();
      event.stopPropagation();
    },
    true,
  );
  document.addEventListener("htmx:sendError", ({ detail }) => {
    // What refreshes itself may fail in silence: the badge says that we are offline.
    if (detail.elt.hasAttribute("data-refresh")) return;
    toast(document.documentElement.dataset.offline, { tone: "error", key: "error" });
  });
  document.addEventListener("htmx:responseError", () => toast(word("failed"), { tone: "error", key: "error" }));
}
