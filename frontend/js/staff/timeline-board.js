// The geometry of the timeline: rows, minutes and pixels; where a bar may go and how that looks.

const number = (element, name) => Number(element.getAttribute(name));

/** One bar on its way: where it was, and where it is to be dropped. */
class Move {
  constructor(board, bar) {
    this.board = board;
    this.bar = bar;
    const box = bar.querySelector("[data-box]");
    this.x0 = number(box, "x");
    this.y0 = number(box, "y");
    this.width0 = number(box, "width");
    this.minutes0 = Number(bar.dataset.minutes);
    this.minutes = this.minutes0;
    this.row0 = board.rowOf(bar.dataset.table, this.y0);
    this.row = this.row0;
    this.shift = 0;
  }

  get x() {
    return this.x0 + this.shift * this.board.perMinute;
  }

  get y() {
    return this.row.y + (this.y0 - this.row0.y);
  }

  get width() {
    return Math.max(16, this.width0 + (this.minutes - this.minutes0) * this.board.perMinute);
  }

  get stretched() {
    return this.minutes !== this.minutes0;
  }

  dragBy(by, point, moves) {
    const { board } = this;
    const step = board.step * board.perMinute;
    if (moves === "both") this.shift = board.within(this, Math.round(by.x / step) * board.step);
    const row = board.rowAt(point.y);
    if (row?.table || row === this.row0) this.row = row;
  }

  stretchBy(x, shortest) {
    const step = this.board.step * this.board.perMinute;
    this.minutes = Math.max(shortest, this.minutes0 + Math.round(x / step) * this.board.step);
  }

  step(across, down, moves) {
    const { board } = this;
    if (across && moves === "both") this.shift = board.within(this, this.shift + across * board.step);
    const rows = board.rows.filter((row) => row.table || row === this.row0);
    if (down) this.row = rows[Math.min(rows.length - 1, Math.max(0, rows.indexOf(this.row) + down))];
  }

  lengthen(steps, shortest) {
    if (!this.bar.querySelector("[data-handle]")) return;
    this.minutes = Math.max(shortest, this.minutes + steps * this.board.step);
  }

  isChanged() {
    return this.shift !== 0 || this.stretched || this.row.table !== this.row0.table;
  }

  clock() {
    return this.board.clockAt(this.x);
  }

  values() {
    const { bar } = this;
    const values = { version: bar.dataset.version, shift: this.shift, from_table: this.row0.table, to_table: this.row.table };
    if (this.stretched) values.minutes = this.minutes;
    return values;
  }
}

export class Board {
  static of(root) {
    const scroller = root.querySelector("[data-scroller]");
    return scroller ? new Board(scroller) : null;
  }

  constructor(scroller) {
    this.scroller = scroller;
    this.plan = scroller.querySelector("[data-plan]");
    this.ghost = scroller.querySelector("[data-ghost]");
    this.names = scroller.querySelector(".tl-names");
    this.head = scroller.querySelector(".tl-head");
    this.step = Number(scroller.dataset.step);
    this.perMinute = Number(scroller.dataset.perMinute);
    this.clocks = scroller.dataset.clocks.split("|");
    this.width = number(this.plan, "width");
    this.rows = [...this.plan.querySelectorAll(".tl-row")].map((row) => ({
      element: row,
      table: Number(row.dataset.table),
      number: Number(row.dataset.table) ? row.dataset.number : "",
      y: number(row, "y"),
      height: number(row, "height"),
    }));
    this.tip = document.createElementNS("http://www.w3.org/2000/svg", "text");
    this.tip.setAttribute("class", "tl-tip");
    this.tip.setAttribute("visibility", "hidden");
    this.plan.append(this.tip);
  }

  bars() {
    return [...this.plan.querySelectorAll(".tl-bar[role=button]")];
  }

  start(bar) {
    return new Move(this, bar);
  }

  point(event) {
    const box = this.plan.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  rowAt(y) {
    return this.rows.find((row) => y >= row.y && y < row.y + row.height);
  }

  rowOf(table, y) {
    return this.rows.find((row) => row.table === Number(table) && y >= row.y && y < row.y + row.height) || this.rows[0];
  }

  within(move, shift) {
    const last = Math.floor((this.width - move.x0) / this.perMinute) - this.step;
    const first = -Math.floor(move.x0 / this.perMinute / this.step) * this.step;
    return Math.min(last, Math.max(first, shift));
  }

  clockAt(x) {
    const index = Math.floor(x / this.perMinute / this.step);
    return this.clocks[Math.max(0, Math.min(this.clocks.length - 1, index))];
  }

  // --- Showing ---------------------------------------------------------------------------------

  /** The ghost snaps to where the bar would go; the bar itself follows the hand (`by`) or the ghost. */
  show(move, by) {
    const { ghost, tip } = this;
    ghost.setAttribute("x", move.x);
    ghost.setAttribute("y", move.y);
    ghost.setAttribute("width", move.width);
    ghost.setAttribute("visibility", "visible");
    tip.textContent = move.stretched ? `${this.clockAt(move.x)}–${this.clockAt(move.x + move.width)}` : move.clock();
    tip.setAttribute("x", move.x + 4);
    tip.setAttribute("y", move.y - 4 < 12 ? move.y + 60 : move.y - 4);
    tip.setAttribute("visibility", "visible");
    const to = by || { x: move.x - move.x0, y: move.y - move.y0 };
    move.bar.setAttribute("transform", `translate(${to.x} ${to.y})`);
    this.size(move.bar, move.width);
    if (this.target !== move.row) {
      this.target?.element.classList.remove("is-target");
      move.row.element.classList.add("is-target");
      this.target = move.row;
    }
  }

  size(bar, width) {
    const box = bar.querySelector("[data-box]");
    if (number(box, "width") === width) return;
    box.setAttribute("width", width);
    for (const shape of box.querySelectorAll(".tl-ground, .tl-pattern, .tl-edge")) {
      shape.setAttribute("width", Math.max(4, width - 2));
    }
    box.querySelector("[data-handle]")?.setAttribute("x", width - 14);
  }

  settle(move) {
    move.bar.setAttribute("transform", `translate(${move.x - move.x0} ${move.y - move.y0})`);
    this.hideGhost();
  }

  back(move) {
    move.bar.removeAttribute("transform");
    this.size(move.bar, move.width0);
    this.hideGhost();
  }

  hideGhost() {
    this.ghost.setAttribute("visibility", "hidden");
    this.tip.setAttribute("visibility", "hidden");
    this.target?.element.classList.remove("is-target");
    this.target = null;
  }

  // --- Finding the way -------------------------------------------------------------------------

  neighbour(bar, key) {
    const all = this.bars().map((other) => {
      const box = other.querySelector("[data-box]");
      return { other, x: number(box, "x"), y: number(box, "y") };
    });
    const here = all.find((one) => one.other === bar);
    const beside = all.filter((one) => one.y === here.y && one.other !== bar);
    const nearest = (found) => found.sort((a, b) => a.d - b.d)[0]?.other;
    if (key === "ArrowRight") return nearest(beside.filter((o) => o.x > here.x).map((o) => ({ ...o, d: o.x - here.x })));
    if (key === "ArrowLeft") return nearest(beside.filter((o) => o.x < here.x).map((o) => ({ ...o, d: here.x - o.x })));
    const weigh = (o) => ({ ...o, d: Math.abs(o.y - here.y) * 1000 + Math.abs(o.x - here.x) });
    if (key === "ArrowDown") return nearest(all.filter((o) => o.y > here.y).map(weigh));
    if (key === "ArrowUp") return nearest(all.filter((o) => o.y < here.y).map(weigh));
    if (key === "Home") return all[0]?.other;
    if (key === "End") return all.at(-1)?.other;
    return null;
  }

  /** Into view, clear of the names and the hours that stay in place. */
  reveal(element) {
    const box = (element.querySelector?.("[data-box]") || element).getBoundingClientRect();
    const frame = this.scroller.getBoundingClientRect();
    const left = frame.left + this.names.offsetWidth + 8;
    const top = frame.top + this.head.offsetHeight + 24;
    const x = box.left < left ? box.left - left : Math.max(0, Math.min(box.left - left, box.right - frame.right + 24));
    const y = box.top < top ? box.top - top : Math.max(0, box.bottom - frame.bottom + 24);
    if (x || y) this.scroller.scrollBy(x, y);
  }

  showNow() {
    const now = this.scroller.dataset.now;
    const first = this.bars()[0]?.querySelector("[data-box]");
    const x = now === "" ? first && number(first, "x") : Number(now);
    if (x) this.scroller.scrollLeft = Math.max(0, x - this.scroller.clientWidth / 3);
  }

  /** Whether the plan was scrolled because the pointer is at its edge. */
  scrollAtEdge(event, edge) {
    const frame = this.scroller.getBoundingClientRect();
    const left = frame.left + this.names.offsetWidth;
    const top = frame.top + this.head.offsetHeight;
    const speed = (into) => (into > 0 ? Math.min(14, into / 2) : 0);
    const x = speed(edge - (frame.right - event.clientX)) - speed(edge - (event.clientX - left));
    const y = speed(edge - (frame.bottom - event.clientY)) - speed(edge - (event.clientY - top));
    if (!x && !y) return false;
    const before = [this.scroller.scrollLeft, this.scroller.scrollTop];
    this.scroller.scrollBy(x, y);
    return before[0] !== this.scroller.scrollLeft || before[1] !== this.scroller.scrollTop;
  }
}
