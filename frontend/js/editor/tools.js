// Everything one can do to the plan; pointer, keys and form all come here.

import { boxOf, clamp, limitsOf, snap } from "./geometry.js";

const SIZES = {
  standard: (seats) => (seats <= 2 ? ["square", 70, 70] : seats <= 4 ? ["square", 90, 90] : ["rectangle", Math.min(400, 60 + 40 * Math.floor((seats - 1) / 2)), 90]),
};
const MOST_TABLES = 300;

export function createTools({ root, state, drawing, voice, about }) {
  const tool = (name) => root.querySelector(`[data-tool="${name}"]`);
  const freeKey = () => `n${crypto.randomUUID().slice(0, 8)}`;

  const tools = {
    get snaps() {
      return tool("snap").checked;
    },
    get selectsSeveral() {
      return tool("several").checked;
    },
    move(tables, dx, dy, options) {
      const keys = tables.map((table) => table.key);
      return state.change(voice.words.moved, (doc) => {
        for (const table of doc.tables) {
          if (!keys.includes(table.key)) continue;
          table.x += dx;
          table.y += dy;
        }
      }, options);
    },
    // By whole steps, as far as the edge allows; says where the tables are now.
    nudge(dx, dy) {
      const tables = state.selected;
      if (!tables.length) return false;
      const limits = limitsOf(tables, state.doc);
      const [x, y] = [clamp(dx, limits.left, limits.right), clamp(dy, limits.up, limits.down)];
      return tools.move(tables, x, y, { merge: `nudge ${state.selection.join()}` });
    },
    set(key, values, options) {
      return state.change(voice.words.changed, (doc) => {
        const table = doc.tables.find((one) => one.key === key);
        Object.assign(table, values);
        table.x = clamp(table.x, 0, 4000);
        table.y = clamp(table.y, 0, 4000);
      }, options);
    },
    turn(degrees) {
      const keys = state.selection;
      state.change(voice.words.changed, (doc) => {
        for (const table of doc.tables) {
          if (keys.includes(table.key)) table.rotation = (table.rotation + degrees + 360) % 360;
        }
      });
    },
    add(values = {}) {
      const seats = values.seats ?? 4;
      const [shape, width, height] = SIZES.standard(seats);
      const like = state.selected[0] ?? state.doc.tables.at(-1);
      const table = {
        key: freeKey(),
        id: null,
        number: nextNumber(like),
        name: "",
        area: like?.area ?? about.areas[0]?.id ?? voice.words.mainArea,
        min_party: 1,
        seats,
        max_party: seats,
        type: like?.type ?? "standard",
        features: [],
        ...freeSpot(width, height),
        width,
        height,
        rotation: 0,
        shape,
        ...values,
      };
      tools.insert([table], voice.words.added);
      voice.say(voice.fill("added", { number: table.number }));
    },
    // Tables of another copy or of no plan yet; they become the selection.
    insert(tables, label) {
      if (state.doc.tables.length + tables.length > MOST_TABLES) return;
      state.change(label, (doc) => doc.tables.push(...tables));
      state.select(tables.map((table) => table.key));
      drawing.focusOn(tables[0].key, { quietly: true });
    },
    copyOf(tables, offset) {
      const taken = new Set(usedNumbers());
      return tables.map((table) => {
        const number = nextNumber(table, taken);
        taken.add(number.toLowerCase());
        const [x, y] = [
          clamp(table.x + offset, 0, Math.max(0, state.doc.width - table.width)),
          clamp(table.y + offset, 0, Math.max(0, state.doc.height - table.height)),
        ];
        return { ...structuredClone(table), key: freeKey(), id: null, number, x, y };
      });
    },
    duplicate() {
      const copies = tools.copyOf(state.selected, 30);
      if (!copies.length) return;
      tools.insert(copies, voice.words.duplicated);
      voice.say(voice.fill("added", { number: copies.map((table) => table.number).join(", ") }));
    },
    remove() {
      const keys = state.selection;
      if (!keys.length) return;
      const numbers = state.selected.map((table) => table.number).join(", ");
      const all = state.doc.tables.map((table) => table.key);
      const next = all.slice(all.indexOf(keys.at(-1)) + 1).find((key) => !keys.includes(key)) ?? all.find((key) => !keys.includes(key));
      state.change(voice.words.removed, (doc) => {
        doc.tables = doc.tables.filter((table) => !keys.includes(table.key));
        for (const one of doc.combinations) one.tables = one.tables.filter((key) => !keys.includes(key));
        doc.combinations = doc.combinations.filter((one) => one.tables.length > 1);
      });
      state.select([]);
      if (next) drawing.focusOn(next, { quietly: true });
      voice.say(voice.fill("removed", { number: numbers }));
    },
    undo() {
      voice.say(state.undo() === null ? voice.words.nothingToUndo : voice.words.undone);
    },
    redo() {
      voice.say(state.redo() === null ? voice.words.nothingToRedo : voice.words.redone);
    },
    selectAll: () => state.select(state.doc.tables.map((table) => table.key)),
    place(table) {
      tools.insert([{ ...structuredClone(table), ...freeSpot(table.width, table.height) }], voice.words.added);
      voice.say(voice.fill("added", { number: table.number }));
    },
  };

  const usedNumbers = () =>
    [...about.numbers, ...state.doc.tables.map((table) => table.number)].map((number) => number.toLowerCase());

  // After T6 comes T7.
  function nextNumber(like, taken = new Set(usedNumbers())) {
    const [, prefix = "", , suffix = ""] = /^(\D*)(\d*)(.*)$/.exec(like?.number ?? "") ?? [];
    const pattern = new RegExp(`^${prefix.toLowerCase().replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(\\d+)$`);
    let highest = 0;
    for (const number of taken) highest = Math.max(highest, Number(pattern.exec(number)?.[1] ?? 0));
    let next = `${prefix}${highest + 1}${suffix && ""}`;
    while (taken.has(next.toLowerCase())) next = `${prefix}${(highest += 1) + 1}`;
    return next.slice(0, 20);
  }

  // The first place of the grid where nothing stands.
  function freeSpot(width, height) {
    const { doc } = state;
    const boxes = doc.tables.map(boxOf);
    for (let y = 40; y + height <= doc.height - 20; y += 20) {
      for (let x = 40; x + width <= doc.width - 20; x += 20) {
        const free = boxes.every((box) => x + width + 20 <= box.left || box.right + 20 <= x || y + height + 20 <= box.top || box.bottom + 20 <= y);
        if (free) return { x: snap(x), y: snap(y) };
      }
    }
    // Full: in a cascade, so that none hides another.
    const step = (doc.tables.length % 10) * 20;
    return { x: clamp(40 + step, 0, doc.width - width), y: clamp(40 + step, 0, doc.height - height) };
  }

  const actions = {
    add: () => tools.add(),
    undo: tools.undo,
    redo: tools.redo,
    duplicate: tools.duplicate,
    remove: tools.remove,
    "turn-left": () => tools.turn(-15),
    "turn-right": () => tools.turn(15),
    "select-all": tools.selectAll,
  };
  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button && actions[button.dataset.do]) actions[button.dataset.do]();
    const place = event.target.closest("[data-place]");
    if (place) tools.place(about.unplaced.find((table) => table.key === place.dataset.place));
  });
  state.listen(() => {
    tool("undo").disabled = !state.canUndo;
    tool("redo").disabled = !state.canRedo;
    const standing = new Set(state.doc.tables.map((table) => table.id));
    for (const button of root.querySelectorAll("[data-place]")) {
      const table = about.unplaced.find((one) => one.key === button.dataset.place);
      button.closest("li").hidden = standing.has(table.id);
    }
  });
  return tools;
}
