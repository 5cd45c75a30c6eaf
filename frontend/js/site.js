// Small behaviours over pages that work without them. Bound by data- attributes and ids; no page needs more.

import { startHolds } from "./hold.js";
import { followFocus, say } from "./focus.js";
import { explainPasskeys } from "./passkeys.js";
import { offerPush } from "./push.js";
import { followVisit } from "./visit.js";

document.documentElement.classList.add("js");

const panel = () => document.getElementById("panel");

// A panel for a choice that is no longer on screen would mislead: it hides, and keeps what was typed.
document.addEventListener("change", (event) => {
  if (!event.target.closest("#finder") || !panel()) return;
  panel().hidden = true;
  document.querySelectorAll('.slot[aria-current="true"]').forEach((slot) => slot.removeAttribute("aria-current"));
});

document.addEventListener("htmx:afterSwap", (event) => {
  const target = event.detail.target;
  if (target.id !== "panel") return;
  target.hidden = false;
  const chosen = target.querySelector('input[name="slot"]');
  document.querySelectorAll("#finder .slot").forEach((slot) => {
    if (chosen && slot.value === chosen.value) slot.setAttribute("aria-current", "true");
    else slot.removeAttribute("aria-current");
  });
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
});

// A fragment that never came: let the browser do it the plain way.
document.addEventListener("htmx:sendError", () => say(document.documentElement.dataset.offline || ""));

followFocus();
startHolds();
explainPasskeys();
followVisit();
offerPush();
