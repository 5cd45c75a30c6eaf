// The drawing: how large it is, which table lies where, what a screen reader hears of it.

const LEGIBLE = 0.64; // canvas units to pixels: smaller, and a table for two is no target for a finger
const SVG = "http://www.w3.org/2000/svg";
let zoom = null;

export const plan = () => document.querySelector("[data-plan]");
export const tables = () => [...document.querySelectorAll("[data-plan] .table")];
export const tableOf = (id) => document.querySelector(`[data-plan] .table[data-table="${id}"]`);

/** As large as the window allows, but legible; `zoom` is what the person chose instead. */
export function fit() {
  const svg = plan();
  if (!svg) return;
  const { width, height } = svg.viewBox.baseVal;
  const stage = svg.closest("[data-stage]");
  const whole = Math.min(stage.clientWidth / width, room(stage) / height);
  const scale = zoom === "whole" ? whole : (zoom ?? Math.max(whole, Math.min(LEGIBLE, 1.2)));
  svg.dataset.scale = scale;
  svg.style.width = `${Math.round(width * scale)}px`;
  // Words stay readable on a small plan, within what a table can bear.
  svg.style.setProperty("--k", Math.min(1.4, Math.max(1, 12.5 / (15.5 * scale))).toFixed(3));
  requestAnimationFrame(() => tables().forEach(squeeze));
}

function room(stage) {
  const legend = document.querySelector(".legend")?.offsetHeight || 0;
  const top = stage.getBoundingClientRect().top + scrollY;
  return Math.max(340, innerHeight - top - legend - 36);
}

function zoomBy(kind) {
  const now = Number(plan().dataset.scale);
  zoom = kind === "fit" ? (zoom === "whole" ? null : "whole") : Math.min(2.5, Math.max(0.2, now * (kind === "in" ? 1.25 : 0.8)));
  fit();
}

/** Long names are set narrower rather than over the neighbours. */
function squeeze(table) {
  const most = table.querySelector(".t-top").getBBox().width + 22;
  for (const text of table.querySelectorAll(".t-line, .t-time, .t-seats")) {
    text.removeAttribute("textLength");
    if (text.textContent && text.getComputedTextLength() > most) {
      text.setAttribute("lengthAdjust", "spacingAndGlyphs");
      text.setAttribute("textLength", most);
    }
  }
}

const stateWord = (state) => document.querySelector(`[data-state-word="${state}"]`)?.textContent || state;
const part = (table, name) => table.querySelector(`[data-part="${name}"]`)?.textContent || "";

/** As `staff.presenters.drawing.table_words` says it. */
function label(table) {
  const { name, seats, state } = table.dataset;
  const shown = [part(table, "line"), part(table, "time")];
  const words = state === "available" ? [name, seats, ...shown, stateWord(state)] : [name, ...shown, stateWord(state), seats];
  const text = words.filter(Boolean).join(", ");
  if (table.getAttribute("aria-label") !== text) table.setAttribute("aria-label", text);
}

/** Joined tables hang together by a dotted line. */
function drawLinks() {
  const group = document.querySelector("[data-plan] [data-links]");
  if (!group) return;
  const parties = Map.groupBy?.(tables(), (one) => one.dataset.reservation) ?? groups(tables());
  const lines = [];
  for (const [party, joined] of parties) {
    if (!party) continue;
    for (let n = 1; n < joined.length; n += 1) lines.push(line(middle(joined[n - 1]), middle(joined[n])));
  }
  group.replaceChildren(...lines);
}

function groups(all) {
  const found = new Map();
  for (const one of all) found.set(one.dataset.reservation, [...(found.get(one.dataset.reservation) || []), one]);
  return found;
}

function middle(table) {
  const { e, f } = table.transform.baseVal.consolidate().matrix;
  const inner = table.querySelector('[data-part="number"]').parentNode.transform.baseVal.consolidate().matrix;
  return { x: e + inner.e, y: f + inner.f };
}

function line(from, to) {
  const one = document.createElementNS(SVG, "line");
  one.setAttribute("class", "t-link");
  for (const [name, value] of Object.entries({ x1: from.x, y1: from.y, x2: to.x, y2: to.y })) one.setAttribute(name, value);
  return one;
}

/** The table next to this one in a direction, by where they stand. */
export function neighbour(table, key) {
  const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
  const from = middle(table);
  let best = null;
  let least = Infinity;
  for (const other of tables()) {
    const to = middle(other);
    const along = (to.x - from.x) * dx + (to.y - from.y) * dy;
    const across = Math.abs((to.x - from.x) * dy) + Math.abs((to.y - from.y) * dx);
    const far = along + 2.5 * across;
    if (other !== table && along > 4 && far < least) [best, least] = [other, far];
  }
  return best;
}

/** One table is in the tab order: the one last on. */
export function focusTable(table, options) {
  for (const one of tables()) one.setAttribute("tabindex", one === table ? "0" : "-1");
  table.focus(options);
}

export function redraw() {
  tables().forEach(label);
  drawLinks();
  fit();
}

export function startPlan() {
  redraw();
  addEventListener("resize", fit);
  setInterval(() => document.querySelectorAll("[data-plan] [data-timer-from]").forEach(label), 15_000);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-zoom]");
    if (button) zoomBy(button.dataset.zoom);
  });
  document.addEventListener("rh:table", ({ detail }) => {
    const table = tableOf(detail.table_id);
    if (!table) return;
    label(table);
    squeeze(table);
    drawLinks();
  });
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (["floor-view", "floor-stage"].includes(detail.target.id)) redraw();
  });
}
