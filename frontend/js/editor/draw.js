// The plan as SVG. A table is drawn again only when it changed; moving one writes a single attribute.

import { boxOf, chairs, middleOf, outline } from "./geometry.js";

const SVG = "http://www.w3.org/2000/svg";

function element(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export const placeOf = (table, dx = 0, dy = 0) => `translate(${table.x + dx} ${table.y + dy})`;

export function createDrawing({ root, state, voice, about }) {
  const plan = root.querySelector("[data-plan]");
  const layer = plan.querySelector("[data-tables]");
  const links = plan.querySelector("[data-links]");
  const handles = plan.querySelector("[data-handles]");
  const known = new Map();
  let focus = null;
  let faults = new Set();

  function parts(table) {
    const middle = { x: table.width / 2, y: table.height / 2 };
    const turned = element("g", table.rotation ? { transform: `rotate(${table.rotation} ${middle.x} ${middle.y})` } : {});
    for (const chair of chairs(table)) {
      const { turn, ...box } = chair;
      turned.append(element("rect", { class: "t-chair", rx: 4, ...box, ...(turn ? { transform: turn } : {}) }));
    }
    turned.append(
      element("path", { class: "t-ring", d: outline(table, 6) }),
      element("path", { class: "t-top", d: outline(table) }),
    );
    const words = element("g", { transform: `translate(${middle.x} ${middle.y})` });
    const small = Math.min(table.width, table.height) < 50;
    words.append(
      element("text", { class: "t-number", y: small ? 8 : 0 }, table.number || "?"),
      ...(small ? [] : [" ", element("text", { class: "t-line", y: 21 }, table.seats)]),
    );
    return [turned, words];
  }

  function draw(table) {
    let group = known.get(table.key);
    if (!group) {
      group = element("g", { class: "table", "data-key": table.key, role: "button", tabindex: -1 });
      layer.append(group);
      known.set(table.key, group);
    }
    const signature = JSON.stringify(table);
    if (group.signature !== signature) {
      group.signature = signature;
      group.setAttribute("transform", placeOf(table));
      group.setAttribute("aria-label", voice.describe(table));
      group.setAttribute("data-access", table.type);
      group.replaceChildren(...parts(table));
    }
    group.setAttribute("aria-pressed", String(state.selection.includes(table.key)));
    group.classList.toggle("is-chosen", state.selection.includes(table.key));
    group.classList.toggle("is-faulty", faults.has(table.key));
  }

  function drawLinks() {
    const lines = state.doc.combinations.flatMap((combination) => {
      const tables = combination.tables.map((key) => state.table(key)).filter(Boolean);
      return tables.slice(1).map((table, at) => {
        const [from, to] = [middleOf(tables[at]), middleOf(table)];
        return element("line", { class: "t-link", x1: from.x, y1: from.y, x2: to.x, y2: to.y });
      });
    });
    links.replaceChildren(...lines);
  }

  // The handles of the one table that is selected.
  function drawHandles(table = state.selected.length === 1 ? state.selected[0] : null) {
    if (!table) {
      handles.replaceChildren();
      return;
    }
    const middle = middleOf(table);
    const { width, height } = table;
    handles.setAttribute("transform", `translate(${middle.x} ${middle.y}) rotate(${table.rotation})`);
    handles.replaceChildren(
      element("line", { class: "h-line", x1: 0, y1: -height / 2 - 8, x2: 0, y2: -height / 2 - 34 }),
      element("circle", { class: "h-reach", "data-handle": "rotate", cx: 0, cy: -height / 2 - 38, r: 26 }),
      element("circle", { class: "h-dot", cx: 0, cy: -height / 2 - 38, r: 11 }),
      element("circle", { class: "h-reach", "data-handle": "resize", cx: width / 2 + 14, cy: height / 2 + 14, r: 26 }),
      element("rect", { class: "h-dot", x: width / 2 + 4, y: height / 2 + 4, width: 20, height: 20, rx: 5 }),
    );
  }

  function drawFocus() {
    const keys = state.doc.tables.map((table) => table.key);
    if (!keys.includes(focus)) focus = state.selection[0] ?? keys[0] ?? null;
    for (const [key, group] of known) group.setAttribute("tabindex", key === focus ? 0 : -1);
  }

  function drawAll() {
    const { doc } = state;
    plan.setAttribute("viewBox", `0 0 ${doc.width} ${doc.height}`);
    for (const part of plan.querySelectorAll("[data-canvas]")) {
      part.setAttribute("width", doc.width);
      part.setAttribute("height", doc.height);
    }
    const keys = new Set(doc.tables.map((table) => table.key));
    for (const [key, group] of known) {
      if (keys.has(key)) continue;
      group.remove();
      known.delete(key);
    }
    doc.tables.forEach(draw);
    drawLinks();
    drawHandles();
    drawFocus();
  }

  state.listen(drawAll);
  return {
    plan,
    links,
    handles,
    about,
    groupOf: (key) => known.get(key),
    redraw: (table) => {
      draw(table);
      drawHandles(table);
    },
    refresh: drawAll,
    showFaults(keys) {
      faults = new Set(keys);
      for (const [key, group] of known) group.classList.toggle("is-faulty", faults.has(key));
    },
    focusOn(key, { quietly = false } = {}) {
      focus = key;
      drawFocus();
      if (!quietly) known.get(key)?.focus({ preventScroll: false });
    },
    boxOf,
  };
}
