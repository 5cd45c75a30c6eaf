// The countdown of a table that is held, or waits for its payment: seen each second, spoken only at the start, at 60 and
// at 20 seconds.

import { clockText } from "./countdown.js";
import { say } from "./focus.js";

let timer = 0;
let isLeaving = false;

function run(hold) {
  clearInterval(timer);
  const until = performance.now() + Number(hold.dataset.seconds) * 1000;
  const spoken = new Set();
  const once = (at, left, text) => {
    if (left <= at && !spoken.has(at)) {
      spoken.add(at);
      say(text);
    }
  };
  say(hold.dataset.held);
  // A tab that slept wakes up late: the time is measured, never counted.
  const tick = () => {
    if (!hold.isConnected) return clearInterval(timer);
    const left = Math.max(0, Math.round((until - performance.now()) / 1000));
    hold.querySelector("[data-clock]").textContent = clockText(left);
    if (left > 20) once(60, left, hold.dataset.minute);
    once(20, left, hold.dataset.soon);
    if (left === 0) {
      clearInterval(timer);
      hold.dispatchEvent(new CustomEvent("rh:expired"));
    }
  };
  tick();
  timer = setInterval(tick, 1000);
}

function release() {
  const hold = document.querySelector("[data-release]");
  if (!hold || isLeaving) return;
  const token = hold.querySelector('input[name="hold_token"]');
  const csrf = document.querySelector('#booking input[name="csrfmiddlewaretoken"]');
  const form = new FormData();
  form.set("hold_token", token.value);
  form.set("csrfmiddlewaretoken", csrf.value);
  navigator.sendBeacon(hold.dataset.release, form);
}

export function startHolds() {
  const find = () => {
    const hold = document.querySelector("[data-hold]:not([data-running])");
    if (!hold) return;
    hold.dataset.running = "";
    run(hold);
  };
  find();
  document.addEventListener("htmx:afterSettle", find);
  // Booking leaves the page as well, and must not give the table away on its way out.
  document.addEventListener("submit", (event) => {
    if (event.target.id === "booking") isLeaving = true;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    isLeaving = Boolean(event.detail.xhr?.getResponseHeader("HX-Redirect"));
  });
  document.addEventListener("change", (event) => {
    const hold = event.target.closest("#finder") && document.querySelector("[data-hold]");
    if (!hold) return;
    release();
    clearInterval(timer);
    hold.remove();
  });
  addEventListener("pagehide", release);
}
