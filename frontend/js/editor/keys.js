// The plan by keyboard: arrows go from table to table; Enter grabs one, then arrows move it.

import { middleOf } from "./geometry.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function startKeys({ root, state, drawing, tools, voice, clipboard }) {
  const { plan } = drawing;
  let grabbed = null;

  const here = () => document.activeElement?.dataset?.key ?? null;
  const isTyping = (event) => event.target.closest("input:not([type=checkbox]), select, textarea");

  plan.addEventListener("keydown", (event) => {
    const arrow = ARROWS[event.key];
    if (arrow && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      if (grabbed) step(arrow, event.shiftKey);
      else if (event.shiftKey && here()) grabAnd(arrow);
      else walk(arrow);
      return;
    }
    const action = plain[event.key];
    if (action && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      action(event);
    }
  });

  const plain = {
    Enter: () => (grabbed ? drop() : grab()),
    " ": (event) => (event.shiftKey ? state.toggle(here()) : grabbed ? drop() : grab()),
    Escape: () => (grabbed ? letGo() : state.select([])),
    Delete: () => removeHere(),
    Backspace: () => removeHere(),
    r: () => turn(15),
    R: () => turn(-15),
  };

  function chooseHere() {
    const key = here();
    if (key && !state.selection.includes(key)) state.select([key]);
    return state.selected.length > 0;
  }

  function grab() {
    if (!chooseHere()) return;
    grabbed = { dx: 0, dy: 0, tables: state.selected.map((table) => ({ ...table })) };
    root.classList.add("is-grabbing");
    voice.say(voice.fill("grabbed", { number: numbers() }));
  }

  function grabAnd(arrow) {
    grab();
    step(arrow, true);
  }

  function step([x, y], far) {
    const length = (tools.snaps ? 10 : 1) * (far ? 10 : 1);
    const before = state.selected[0];
    tools.nudge(x * length, y * length);
    const after = state.selected[0];
    const moved = { x: after.x - grabbed.tables[0].x, y: after.y - grabbed.tables[0].y };
    const stuck = before.x === after.x && before.y === after.y;
    voice.say(stuck ? voice.words.edge : distance(moved));
  }

  function distance({ x, y }) {
    const unit = tools.snaps ? 10 : 1;
    const parts = [];
    if (x) parts.push(voice.fill(x > 0 ? "right" : "left", { count: Math.abs(x) / unit }));
    if (y) parts.push(voice.fill(y > 0 ? "down" : "up", { count: Math.abs(y) / unit }));
    return parts.join(", ") || voice.words.atStart;
  }

  function drop() {
    finish();
    voice.say(`${voice.words.dropped} ${voice.where(state.selected)}`);
  }

  function letGo() {
    const [first] = grabbed.tables;
    const now = state.table(first.key);
    if (now && (now.x !== first.x || now.y !== first.y)) tools.move(grabbed.tables, first.x - now.x, first.y - now.y);
    finish();
    voice.say(voice.words.cancelled);
  }

  function finish() {
    grabbed = null;
    root.classList.remove("is-grabbing");
    state.endMerge();
  }

  function removeHere() {
    if (!chooseHere()) return;
    finish();
    tools.remove();
    drawing.plan.querySelector('[tabindex="0"][data-key]')?.focus();
  }

  function turn(degrees) {
    if (!chooseHere()) return;
    tools.turn(degrees);
    voice.say(voice.fill("turned", { degrees: state.selected[0].rotation }));
  }

  const numbers = () => state.selected.map((table) => table.number).join(", ");

  // To the nearest table in that direction.
  function walk([x, y]) {
    const from = state.table(here());
    if (!from) return;
    const start = middleOf(from);
    let best = null;
    for (const table of state.doc.tables) {
      const middle = middleOf(table);
      const along = (middle.x - start.x) * x + (middle.y - start.y) * y;
      const aside = Math.abs((middle.x - start.x) * y) + Math.abs((middle.y - start.y) * x);
      const cost = along + 2.5 * aside;
      if (table.key !== from.key && along > 0 && (!best || cost < best.cost)) best = { key: table.key, cost };
    }
    if (best) drawing.focusOn(best.key);
  }

  plan.addEventListener("focusout", () => {
    if (grabbed) finish();
  });
  plan.addEventListener("focusin", (event) => {
    const key = event.target.dataset?.key;
    if (key) drawing.focusOn(key, { quietly: true });
  });

  const duplicate = () => {
    chooseHere();
    tools.duplicate();
  };
  const copy = () => {
    chooseHere();
    clipboard.copy();
  };

  // Everywhere on the page but in fields.
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || isTyping(event)) return;
    const name = event.key.toLowerCase();
    const action = { z: event.shiftKey ? tools.redo : tools.undo, y: tools.redo, d: duplicate, c: copy, v: clipboard.paste, a: tools.selectAll }[name];
    if (!action) return;
    if (name === "c" && String(document.getSelection())) return;
    event.preventDefault();
    action();
  });

}
