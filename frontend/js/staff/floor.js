// The Floor page: choosing tables, the panel beside them, the slider of time.

import { say } from "../focus.js";
import { focusTable, neighbour, startPlan, tableOf, tables } from "./plan.js";
import { isMoving, startMoves } from "./move.js";
import { keepTalk } from "./talk.js";
import { said } from "./toasts.js";

const page = () => document.querySelector("[data-floor-page]");
const panel = () => document.getElementById("panel");
const view = () => document.getElementById("floor-view");
const body = () => panel().querySelector("[data-panel]");

function show(path) {
  const url = `${page().dataset.base}${path}panel/${view().dataset.query}`;
  htmx.ajax("GET", url, { target: "#panel", swap: "innerHTML" }).catch(said);
}

export function chooseTable(table) {
  mark(table);
  focusTable(table, { preventScroll: true });
  show(`tables/${table.dataset.table}/`);
}

function mark(table) {
  for (const one of tables()) one.classList.toggle("is-chosen", one === table);
}

/** The sheet of a phone covers the plan: bring the chosen table above it. */
function reveal() {
  const table = document.querySelector("[data-plan] .table.is-chosen");
  if (!table || !panel().childElementCount || getComputedStyle(panel()).position !== "fixed") return;
  const { top, bottom } = table.getBoundingClientRect();
  if (top < 60 || bottom > panel().getBoundingClientRect().top - 20) scrollBy(0, top - 110);
}

function close() {
  const table = document.querySelector("[data-plan] .table.is-chosen") || document.querySelector('[data-plan] .table[tabindex="0"]');
  panel().replaceChildren();
  mark(null);
  table?.focus({ preventScroll: true });
}

function keys(event) {
  const table = event.target.closest?.("[data-plan] .table");
  if (event.key === "Escape" && !isMoving() && body() && !event.target.closest("details[open].switcher")) return close();
  if (!table || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key.startsWith("Arrow")) {
    event.preventDefault();
    const next = neighbour(table, event.key);
    if (next) focusTable(next);
  } else if (!isMoving() && (event.key === "Enter" || event.key === " ")) {
    event.preventDefault();
    chooseTable(table);
  }
}

function clicks(event) {
  if (event.target.closest("[data-close-panel]")) return close();
  const one = event.target.closest("[data-open-reservation]");
  if (one && !one.dataset.dragged) return show(`reservations/${one.dataset.openReservation}/`);
  const table = event.target.closest("[data-plan] .table");
  if (table && !isMoving()) chooseTable(table);
}

// --- The slider of time --------------------------------------------------------------------------

function slide(event) {
  const form = event.target.closest("[data-slider]");
  if (!form || event.target.type !== "range") return;
  const stop = Number(event.target.value);
  const text = form.dataset.labels.split("|")[stop];
  form.querySelector("output").textContent = text;
  event.target.setAttribute("aria-valuetext", text);
  form.elements.time.value = form.dataset.times.split("|")[stop];
}

// --- A panel that somebody else changed ----------------------------------------------------------

function concerns({ reservation_id, version }) {
  const shown = body();
  if (!shown) return false;
  if (Number(shown.dataset.reservationId) === reservation_id) return Number(shown.dataset.version) < version;
  return Boolean(shown.dataset.tableId) && [...shown.querySelectorAll("[data-open-reservation]")].some((one) => Number(one.dataset.openReservation) === reservation_id);
}

let waiting = 0;

/** The same button again, or the heading where there is none any more. */
function sameFocus(shown) {
  const active = document.activeElement;
  if (!shown.contains(active)) return () => {};
  const { step, openReservation } = active.dataset;
  const same = step ? `[data-step="${step}"]` : openReservation ? `[data-open-reservation="${openReservation}"]` : null;
  return () => (panel().querySelector(same ?? "#panel-title") || panel().querySelector("#panel-title"))?.focus({ preventScroll: true });
}

function refreshPanel(detail) {
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const shown = body();
    if (!concerns(detail)) return; // the answer to our own step has come meanwhile
    if (shown.querySelector("details.step-form[open]") || shown.querySelector('[role="alert"]')) return;
    const path = shown.dataset.tableId ? `tables/${shown.dataset.tableId}/` : `reservations/${shown.dataset.reservationId}/`;
    const answer = await fetch(`${page().dataset.base}${path}panel/${view().dataset.query}`, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok || body() !== shown) return;
    const refocus = sameFocus(shown);
    const wasOpen = shown.querySelector("details.more")?.open;
    const keep = keepTalk(shown);
    panel().innerHTML = await answer.text();
    const typing = keep(panel());
    htmx.process(panel());
    if (wasOpen) panel().querySelector("details.more")?.setAttribute("open", "");
    (typing ?? refocus)();
  }, 250 + Math.random() * 150);
}

// --- A new request: sound and vibration, unless muted --------------------------------------------

const heard = new Set();

function ring({ status, reservation_id }) {
  if (status !== "pending" || heard.has(reservation_id)) return;
  heard.add(reservation_id);
  say(page().dataset.wordRequest);
  if (!document.documentElement.classList.contains("with-sound")) return;
  navigator.vibrate?.([120, 80, 120]);
  const audio = new AudioContext();
  [660, 880].forEach((pitch, number) => {
    const [tone, volume, at] = [audio.createOscillator(), audio.createGain(), audio.currentTime + number * 0.18];
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.001, at);
    volume.gain.exponentialRampToValueAtTime(0.25, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, at + 0.3);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.32);
  });
  setTimeout(() => audio.close(), 1000);
}

export function startFloor() {
  if (!page()) return;
  startPlan();
  startMoves(page());
  document.addEventListener("keydown", keys);
  document.addEventListener("click", clicks);
  document.addEventListener("input", slide);
  document.addEventListener("rh:reservation", ({ detail }) => {
    ring(detail);
    if (concerns(detail)) refreshPanel(detail);
  });
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (["panel", "floor-view", "floor-stage"].includes(detail.target.id) && body()?.dataset.tableId) {
      mark(tableOf(body().dataset.tableId));
    }
    if (detail.target.id === "panel") reveal();
  });
}
