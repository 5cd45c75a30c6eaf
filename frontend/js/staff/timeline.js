// The timeline: bars are moved by mouse, by finger or by keys, and dropped through the server.
//
// The server draws and decides. Here a bar only follows the hand; what is refused goes back to where it was.

import { say } from "../focus.js";
import { Board } from "./timeline-board.js";

const FAR = 4; // pixels before a press becomes a drag
const HOLD = 350; // milliseconds before a touch becomes one
const EDGE = 40;
const SHORTEST = 15;

const text = (pattern, ...parts) => parts.reduce((whole, part) => whole.replace("%s", part), pattern);

class Timeline {
  constructor(root) {
    this.root = root;
    this.drag = null; // by pointer
    this.grab = null; // by keys
    this.frame = 0;
    this.swallow = false;
    root.addEventListener("pointerdown", (event) => this.press(event));
    root.addEventListener("pointermove", (event) => this.follow(event));
    root.addEventListener("pointerup", (event) => this.release(event));
    root.addEventListener("pointercancel", () => this.cancel());
    root.addEventListener("click", (event) => this.click(event), true);
    root.addEventListener("keydown", (event) => this.key(event));
    root.addEventListener("focusin", (event) => this.rove(event.target.closest?.(".tl-bar[role=button]")));
    root.addEventListener("touchmove", (event) => this.drag?.active && event.preventDefault(), { passive: false });
    root.addEventListener("contextmenu", (event) => this.drag?.active && event.preventDefault());
    document.addEventListener("htmx:beforeSwap", (event) => event.detail.target === root && this.keepPlace());
    document.addEventListener("htmx:afterSwap", (event) => event.detail.target === root && this.start());
    this.start(true);
  }

  start(isFirst = false) {
    this.board = Board.of(this.root);
    if (!this.board) return;
    const bars = this.board.bars();
    this.rove(bars.find((bar) => bar.id === this.lastId) || bars[0]);
    if (isFirst) this.board.showNow();
    else if (this.place) this.board.scroller.scrollTo(...this.place);
  }

  keepPlace() {
    const scroller = this.board?.scroller;
    if (scroller) this.place = [scroller.scrollLeft, scroller.scrollTop];
    if (this.grab) this.finishGrab();
  }

  word(name) {
    return this.root.dataset[`word${name}`] || "";
  }

  rove(bar) {
    if (!bar) return;
    for (const other of this.root.querySelectorAll('.tl-bar[tabindex="0"]')) other.setAttribute("tabindex", "-1");
    bar.setAttribute("tabindex", "0");
    this.lastId = bar.id;
  }

  // --- Pointer ---------------------------------------------------------------------------------

  press(event) {
    const bar = event.target.closest(".tl-bar[role=button]");
    if (!bar || event.button !== 0 || this.drag) return;
    const stretches = event.target.closest("[data-handle]") !== null;
    if (!bar.dataset.moves && !stretches) return;
    this.drag = {
      bar,
      stretches,
      id: event.pointerId,
      from: this.board.point(event),
      at: event,
      active: false,
      move: this.board.start(bar),
    };
    if (event.pointerType === "touch") this.drag.timer = setTimeout(() => this.drag && this.begin(), HOLD);
  }

  begin() {
    const { bar, id } = this.drag;
    this.drag.active = true;
    this.root.dataset.busy = "";
    bar.classList.add("is-moving");
    this.root.classList.add("is-moving");
    try {
      bar.setPointerCapture(id);
    } catch {
      this.cancel(); // the finger has left already
    }
  }

  follow(event) {
    const { drag } = this;
    if (!drag || event.pointerId !== drag.id) return;
    drag.at = event;
    const point = this.board.point(event);
    const isFar = Math.hypot(point.x - drag.from.x, point.y - drag.from.y) > FAR;
    if (!drag.active) {
      if (!isFar) return;
      if (event.pointerType === "touch") return this.cancel(); // it scrolls
      this.begin();
    }
    if (!this.frame) this.frame = requestAnimationFrame(() => this.paint());
  }

  paint() {
    this.frame = 0;
    const { drag } = this;
    if (!drag?.active) return;
    const more = this.board.scrollAtEdge(drag.at, EDGE);
    const point = this.board.point(drag.at);
    const by = { x: point.x - drag.from.x, y: point.y - drag.from.y };
    if (drag.stretches) drag.move.stretchBy(by.x, SHORTEST);
    else drag.move.dragBy(by, point, drag.bar.dataset.moves);
    this.board.show(drag.move, drag.stretches ? null : by);
    if (more) this.frame = requestAnimationFrame(() => this.paint());
  }

  release(event) {
    const { drag } = this;
    if (!drag || event.pointerId !== drag.id) return;
    clearTimeout(drag.timer);
    if (!drag.active) {
      this.drag = null;
      return;
    }
    this.paint();
    this.swallow = true;
    setTimeout(() => (this.swallow = false));
    this.drag = null;
    this.drop(drag.move);
  }

  cancel() {
    const { drag } = this;
    if (!drag) return;
    clearTimeout(drag.timer);
    this.drag = null;
    if (drag.active) this.back(drag.move);
  }

  click(event) {
    if (this.swallow) {
      event.stopPropagation();
      event.preventDefault();
      return;
    }
    const bar = event.target.closest(".tl-bar[data-panel-url]");
    if (!bar) return;
    this.rove(bar);
    this.open(bar);
  }

  open(bar) {
    htmx.ajax("GET", bar.dataset.panelUrl, { target: "#panel", swap: "innerHTML", source: this.root.parentElement });
  }

  // --- Keys ------------------------------------------------------------------------------------

  key(event) {
    if (this.drag?.active && event.key === "Escape") {
      event.preventDefault();
      return this.cancel();
    }
    const bar = event.target.closest?.(".tl-bar[role=button]");
    if (!bar || event.ctrlKey || event.metaKey || event.altKey) return;
    const handled = this.grab ? this.moveKey(event) : this.walkKey(event, bar);
    if (handled) event.preventDefault();
  }

  walkKey(event, bar) {
    const next = this.board.neighbour(bar, event.key);
    if (next) {
      next.focus({ preventScroll: true });
      this.board.reveal(next);
      return true;
    }
    if (event.key === "Enter") this.open(bar);
    else if (event.key === " " && (bar.dataset.moves || bar.querySelector("[data-handle]"))) this.take(bar);
    else return event.key.startsWith("Arrow");
    return true;
  }

  take(bar) {
    this.grab = { bar, move: this.board.start(bar) };
    this.root.dataset.busy = "";
    bar.classList.add("is-moving");
    this.root.classList.add("is-moving");
    this.board.show(this.grab.move, null);
    say(text(this.word("Grabbed"), bar.dataset.name));
  }

  moveKey(event) {
    const { move, bar } = this.grab;
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (steps) move.step(steps[0], steps[1], bar.dataset.moves);
    else if (event.key === "+" || event.key === "=") move.lengthen(1, SHORTEST);
    else if (event.key === "-" || event.key === "−") move.lengthen(-1, SHORTEST);
    else if (event.key === "Enter" || event.key === " ") return this.finishGrab(true);
    else if (event.key === "Escape" || event.key === "Tab") {
      this.finishGrab();
      return event.key === "Escape";
    } else return true;
    this.board.show(move, null);
    this.board.reveal(this.board.ghost);
    const where = text(this.word("At"), move.row.number || this.word("Nowhere"), move.clock());
    say(move.stretched ? `${where}, ${text(this.word("Length"), move.minutes)}` : where);
    return true;
  }

  finishGrab(isDrop = false) {
    const { move } = this.grab;
    this.grab = null;
    if (isDrop) this.drop(move);
    else {
      this.back(move);
      say(this.word("Back"));
    }
    return true;
  }

  // --- Dropping --------------------------------------------------------------------------------

  drop(move) {
    const { bar } = move;
    if (!move.isChanged()) return this.back(move);
    this.board.settle(move);
    const refused = document.querySelector("[data-refusal]");
    refused.replaceChildren();
    bar.setAttribute("aria-busy", "true");
    htmx
      .ajax("POST", bar.dataset.moveUrl, { target: refused, swap: "innerHTML", source: refused, values: move.values() })
      .then(() => {
        bar.removeAttribute("aria-busy");
        const box = refused.querySelector("[data-refusal-box]");
        if (box || !refused.dataset.done) this.back(move);
        else this.free(bar);
        delete refused.dataset.done;
        box?.focus();
      });
  }

  back(move) {
    this.board.back(move);
    this.free(move.bar);
  }

  free(bar) {
    bar.classList.remove("is-moving");
    this.root.classList.remove("is-moving");
    this.board.hideGhost();
    delete this.root.dataset.busy;
  }
}

export function startTimeline() {
  const root = document.querySelector("[data-timeline]");
  if (!root) return;
  const timeline = new Timeline(root);
  const refused = document.querySelector("[data-refusal]");
  refused.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.xhr.status > 0 && detail.xhr.status < 400) refused.dataset.done = "";
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-close-refusal]")) return;
    refused.replaceChildren();
    document.getElementById(timeline.lastId)?.focus();
  });
}
