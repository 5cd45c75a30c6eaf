// Moving a party to another table: drag it, tap twice, or grab it with M; all three light up the same tables.

import { say } from "../focus.js";
import { focusTable, plan, tableOf, tables } from "./plan.js";
import { said, toast } from "./toasts.js";

const SLIP = 6; // pixels a mouse may tremble in a click
const LONG_PRESS = 350; // milliseconds a finger rests before it drags
const STAR = "M0 -13l3.6 8 8.6.8-6.5 5.8 1.9 8.5-7.6-4.4-7.6 4.4 1.9-8.5-6.5-5.8 8.6-.8z";
let page = null;
let move = null; // { id, version, party, seats, source, how }
let drag = null; // { id, source, x, y, from, ghost, target, timer, isOn }

export const isMoving = () => move !== null;
const text = (name, ...values) => values.reduce((words, value) => words.replace("%s", value), page.dataset[name]);
const stage = () => plan()?.closest("[data-floor]");
const number = (table) => table.dataset.number;

// --- Lighting up ---------------------------------------------------------------------------------

async function load(id) {
  const url = `${page.dataset.base}reservations/${id}/seats/`;
  const answer = await fetch(url, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (answer?.ok) return answer.json();
  if (!answer) return toast(document.documentElement.dataset.offline, { tone: "error", key: "error" }) && null;
  toast(answer.status === 409 ? page.dataset.sayGone : page.dataset.wordFailed, { tone: "error", key: "error" });
  return null;
}

function light(seats) {
  stage().classList.add("is-moving");
  for (const table of tables()) {
    const about = seats.tables[table.dataset.table];
    if (!about || about.legal === "no") continue;
    table.classList.toggle("is-source", about.present);
    if (about.present) continue;
    table.dataset.legal = about.legal;
    if (about.legal === "best") star(table);
  }
}

function star(table) {
  const group = document.createElementNS("http://www.w3.org/2000/svg", "g");
  group.setAttribute("class", "t-star");
  const [x, y] = [table.querySelector(".t-top").getBBox().width / 2, -14];
  group.setAttribute("transform", `translate(${x} ${y})`);
  group.innerHTML = `<path d="${STAR}" />`;
  table.append(group);
}

function dark() {
  stage()?.classList.remove("is-moving");
  document.querySelectorAll("[data-plan] .t-star").forEach((one) => one.remove());
  for (const table of tables()) {
    table.classList.remove("is-source", "is-target");
    delete table.dataset.legal;
  }
  document.getElementById("move-bar")?.remove();
}

function bar(party) {
  const box = document.createElement("div");
  box.id = "move-bar";
  box.className = "move-bar";
  const words = document.createElement("p");
  words.textContent = text("wordChoose", party);
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = page.dataset.wordCancel;
  button.addEventListener("click", () => cancel());
  box.append(words, button);
  stage().before(box);
}

// --- Choosing ------------------------------------------------------------------------------------

/** Light up where a reservation may go; the next tap or Enter on a table drops it there. */
export async function startMove(id, how = "tap") {
  cancel(false);
  const seats = await load(id);
  if (!seats) return;
  move = { id, version: seats.version, party: seats.party, seats, how };
  document.body.classList.add("moves");
  light(seats);
  bar(seats.party);
  const best = Object.entries(seats.tables).find(([, about]) => about.legal === "best");
  const source = document.querySelector("[data-plan] .table.is-source");
  say(source ? text("sayGrabbed", seats.party, number(source)) : text("sayPicked", seats.party));
  const start = how === "keyboard" ? source || (best && tableOf(best[0])) || tables()[0] : null;
  if (start) focusTable(start);
}

function cancel(isSaid = true) {
  stopDrag();
  if (!move) return;
  const { how } = move;
  move = null;
  document.body.classList.remove("moves");
  const source = document.querySelector("[data-plan] .table.is-source");
  dark();
  if (!isSaid) return;
  say(page.dataset.sayCancelled);
  if (how === "keyboard") source?.focus();
}

function announce(table) {
  const about = move?.seats.tables[table.dataset.table];
  if (about) say(`${table.dataset.name}: ${about.present ? page.dataset.sayHere : about.text}`);
}

async function drop(table) {
  const { id, version, seats } = move;
  const about = seats.tables[table.dataset.table];
  if (!about || about.present) return cancel();
  const ids = about.ids || [table.dataset.table];
  move = null;
  document.body.classList.remove("moves");
  dark();
  focusTable(table, { preventScroll: true });
  const query = Object.fromEntries(new URLSearchParams(document.getElementById("floor-view").dataset.query));
  await htmx.ajax("POST", `${page.dataset.base}reservations/${id}/assign/`, {
    target: "#panel",
    swap: "innerHTML",
    values: { ...query, version, table_ids: ids.join(","), table: table.dataset.table },
  }).catch(said);
}

// --- Dragging ------------------------------------------------------------------------------------

function press(event) {
  if (event.button !== 0 || move || page.dataset.mayEdit !== "true") return;
  const source = event.target.closest("[data-plan] .table, [data-grab]");
  const id = source?.dataset.grab || source?.dataset.reservation;
  if (!id) return;
  drag = { id, source, x: event.clientX, y: event.clientY, fromX: event.clientX, fromY: event.clientY, isOn: false };
  if (event.pointerType === "mouse") return;
  const mine = drag;
  drag.timer = setTimeout(() => drag === mine && lift(), LONG_PRESS);
}

function follow(event) {
  if (!drag) return;
  drag.x = event.clientX;
  drag.y = event.clientY;
  if (drag.isOn) return;
  const far = Math.hypot(drag.x - drag.fromX, drag.y - drag.fromY);
  if (far < SLIP) return;
  if (event.pointerType === "mouse") lift();
  else stopDrag(); // a finger that moves at once wants to scroll
}

function lift() {
  drag.isOn = true;
  drag.ghost = document.createElement("div");
  drag.ghost.className = "ghost";
  drag.ghost.setAttribute("aria-hidden", "true");
  drag.ghost.textContent =
    drag.source.querySelector('[data-part="line"]')?.textContent || drag.source.textContent.trim().replace(/\s+/g, " ");
  document.body.append(drag.ghost);
  document.documentElement.classList.add("is-dragging");
  navigator.vibrate?.(20);
  const mine = drag;
  requestAnimationFrame(() => frame(mine));
  load(drag.id).then((seats) => {
    if (drag !== mine) return;
    if (!seats) return stopDrag();
    mine.seats = seats;
    light(seats);
  });
}

/** Only the ghost moves, on a layer of its own: the plan is painted again when the target changes. */
function frame(mine) {
  if (drag !== mine) return;
  const { x, y, ghost } = mine;
  if (x !== mine.drawnX || y !== mine.drawnY) {
    [mine.drawnX, mine.drawnY] = [x, y];
    ghost.style.transform = `translate3d(${x + 12}px, ${y - 44}px, 0)`;
    const target = document.elementFromPoint(x, y)?.closest("[data-plan] .table") || null;
    if (target !== mine.target) {
      mine.target?.classList.remove("is-target");
      target?.classList.add("is-target");
      mine.target = target;
    }
  }
  requestAnimationFrame(() => frame(mine));
}

async function release() {
  if (!drag?.isOn) return stopDrag();
  const { id, source, target } = drag;
  let { seats } = drag;
  source.dataset.dragged = "true"; // the click that follows is not meant
  setTimeout(() => delete source.dataset.dragged, 50);
  stopDrag();
  if (!target || target === source) return;
  seats ??= await load(id);
  if (!seats) return;
  move = { id, version: seats.version, party: seats.party, seats, how: "drag" };
  await drop(target);
}

function stopDrag() {
  if (!drag) return;
  clearTimeout(drag.timer);
  drag.ghost?.remove();
  document.documentElement.classList.remove("is-dragging");
  if (drag.isOn) dark();
  drag = null;
}

// --- Listening -----------------------------------------------------------------------------------

function clicks(event) {
  const table = event.target.closest("[data-plan] .table");
  if (table?.dataset.dragged) return event.stopImmediatePropagation();
  const button = event.target.closest("[data-move]");
  if (button) return startMove(button.dataset.move, event.detail === 0 ? "keyboard" : "tap");
  if (table && move) {
    event.stopImmediatePropagation();
    drop(table);
  }
}

function keys(event) {
  if (event.key === "Escape" && (move || drag)) {
    event.stopImmediatePropagation();
    return cancel();
  }
  const table = event.target.closest?.("[data-plan] .table");
  if (!table || event.ctrlKey || event.metaKey || event.altKey) return;
  if (move && (event.key === "Enter" || event.key === " ")) {
    event.preventDefault();
    event.stopImmediatePropagation();
    drop(table);
  } else if (!move && event.code === "KeyM" && page.dataset.mayEdit === "true") {
    event.preventDefault();
    if (table.dataset.reservation) startMove(table.dataset.reservation, "keyboard");
    else say(page.dataset.sayNobody);
  }
}

export function startMoves(root) {
  page = root;
  document.addEventListener("click", clicks, true);
  document.addEventListener("keydown", keys, true);
  document.addEventListener("pointerdown", press);
  document.addEventListener("pointermove", follow);
  document.addEventListener("pointerup", release);
  document.addEventListener("pointercancel", () => stopDrag());
  document.addEventListener("touchmove", (event) => drag?.isOn && event.preventDefault(), { passive: false });
  document.addEventListener("contextmenu", (event) => drag?.isOn && event.preventDefault());
  document.addEventListener("focusin", (event) => {
    const table = event.target.closest?.("[data-plan] .table");
    if (move && table) announce(table);
  });
}
