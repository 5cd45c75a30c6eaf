// Moving, turning and resizing with a pointer. Between two frames the last position counts; a moving
// frame writes attributes and reads nothing, so that sixty tables stay smooth on a slow tablet.

import { placeOf } from "./draw.js";
import { LARGEST, SMALLEST, clamp, limitsOf, middleOf, resized, snap } from "./geometry.js";

const FAR_ENOUGH = 4; // pixels; less is a tap
const TURN = 15;

export function startDragging({ root, state, drawing, tools, voice }) {
  const { plan } = drawing;
  let drag = null;
  let frame = 0;

  const grid = () => (tools.snaps ? 10 : 1);

  plan.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || drag) return;
    const handle = event.target.closest("[data-handle]");
    const group = event.target.closest("[data-key]");
    if (!handle && !group) {
      if (!event.shiftKey) state.select([]);
      return;
    }
    if (group && !handle) choose(event, group.dataset.key);
    if (!state.selected.length) return;
    begin(event, handle ? handle.dataset.handle : "move");
  });

  function choose(event, key) {
    drawing.focusOn(key, { quietly: true });
    if (event.shiftKey || event.ctrlKey || event.metaKey || tools.selectsSeveral) state.toggle(key);
    else if (!state.selection.includes(key)) state.select([key]);
  }

  function begin(event, kind) {
    // The only reading of the layout: before anything moves.
    const scale = plan.getScreenCTM().a;
    const tables = state.selected.map((table) => ({ ...table }));
    drag = {
      kind,
      tables,
      scale,
      pointer: event.pointerId,
      from: { x: event.clientX, y: event.clientY },
      at: { x: event.clientX, y: event.clientY },
      origin: plan.getBoundingClientRect(),
      limits: limitsOf(tables, state.doc),
      groups: tables.map((table) => drawing.groupOf(table.key)),
      moved: false,
      result: null,
    };
    plan.setPointerCapture(event.pointerId);
  }

  plan.addEventListener("pointermove", (event) => {
    if (!drag || event.pointerId !== drag.pointer) return;
    drag.at.x = event.clientX;
    drag.at.y = event.clientY;
    if (!frame) frame = requestAnimationFrame(move);
  });

  function move() {
    frame = 0;
    if (!drag) return;
    const dx = drag.at.x - drag.from.x;
    const dy = drag.at.y - drag.from.y;
    if (!drag.moved) {
      if (Math.hypot(dx, dy) < FAR_ENOUGH) return;
      drag.moved = true;
      root.classList.add("is-dragging");
    }
    steps[drag.kind](dx / drag.scale, dy / drag.scale);
  }

  const steps = {
    move(dx, dy) {
      const first = drag.tables[0];
      const x = clamp(snap(first.x + dx, grid()) - first.x, drag.limits.left, drag.limits.right);
      const y = clamp(snap(first.y + dy, grid()) - first.y, drag.limits.up, drag.limits.down);
      if (drag.result && drag.result.x === x && drag.result.y === y) return;
      drag.result = { x, y };
      for (let at = 0; at < drag.groups.length; at += 1) {
        drag.groups[at].setAttribute("transform", placeOf(drag.tables[at], x, y));
      }
      if (drag.tables.length === 1) {
        const middle = middleOf(first);
        drawing.handles.setAttribute(
          "transform",
          `translate(${middle.x + x} ${middle.y + y}) rotate(${first.rotation})`,
        );
      }
    },
    resize(dx, dy) {
      const table = drag.tables[0];
      const angle = (table.rotation * Math.PI) / 180;
      const along = dx * Math.cos(angle) + dy * Math.sin(angle);
      const across = dy * Math.cos(angle) - dx * Math.sin(angle);
      const width = clamp(snap(table.width + along, grid()), SMALLEST, LARGEST);
      const height = clamp(snap(table.height + across, grid()), SMALLEST, LARGEST);
      drag.result = resized(table, width, height);
      drawing.redraw({ ...table, ...drag.result });
    },
    rotate() {
      const table = drag.tables[0];
      const middle = middleOf(table);
      const x = (drag.at.x - drag.origin.left) / drag.scale - middle.x;
      const y = (drag.at.y - drag.origin.top) / drag.scale - middle.y;
      const degrees = (Math.atan2(x, -y) * 180) / Math.PI;
      const turn = tools.snaps ? TURN : 1;
      drag.result = { rotation: ((Math.round(degrees / turn) * turn) % 360 + 360) % 360 };
      drawing.redraw({ ...table, ...drag.result });
    },
  };

  function end(event) {
    if (!drag || event.pointerId !== drag.pointer) return;
    cancelAnimationFrame(frame);
    frame = 0;
    if (drag.moved && event.type === "pointerup") move();
    const { kind, result, tables, moved } = drag;
    drag = null;
    root.classList.remove("is-dragging");
    if (!moved || !result) return;
    if (event.type === "pointercancel") {
      drawing.refresh();
      return;
    }
    if (kind === "move") {
      if (!tools.move(tables, result.x, result.y)) drawing.refresh();
    } else {
      tools.set(tables[0].key, result);
    }
    voice.say(voice.where(state.selected));
  }

  plan.addEventListener("pointerup", end);
  plan.addEventListener("pointercancel", end);
}
