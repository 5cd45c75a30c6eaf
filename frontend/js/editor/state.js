// The document, what is selected in it, and the way back. Nothing here knows the page.

const DEEPEST = 200;

export function createState(initial) {
  let doc = initial;
  let selection = [];
  let lastMerge = null;
  const undone = [];
  const done = [];
  const listeners = [];

  const announce = (what = { document: false }) => {
    for (const listener of listeners) listener(what);
  };
  const keepSelection = () => {
    const known = new Set(doc.tables.map((table) => table.key));
    selection = selection.filter((key) => known.has(key));
  };
  const travel = (from, to) => {
    const step = from.pop();
    if (!step) return null;
    to.push({ doc, label: step.label });
    doc = step.doc;
    lastMerge = null;
    keepSelection();
    announce({ document: true });
    return step.label;
  };

  return {
    get doc() {
      return doc;
    },
    get selection() {
      return selection;
    },
    get selected() {
      return doc.tables.filter((table) => selection.includes(table.key));
    },
    get canUndo() {
      return done.length > 0;
    },
    get canRedo() {
      return undone.length > 0;
    },
    table: (key) => doc.tables.find((table) => table.key === key),
    listen: (listener) => listeners.push(listener),
    announce,

    // Apply `mutate` to a copy; steps with the same `merge` in a row are undone together.
    change(label, mutate, { merge = null } = {}) {
      const next = structuredClone(doc);
      mutate(next);
      if (JSON.stringify(next) === JSON.stringify(doc)) return false;
      if (merge === null || merge !== lastMerge) {
        done.push({ doc, label });
        if (done.length > DEEPEST) done.shift();
      }
      lastMerge = merge;
      undone.length = 0;
      doc = next;
      keepSelection();
      announce({ document: true });
      return true;
    },
    undo: () => travel(done, undone),
    redo: () => travel(undone, done),
    endMerge() {
      lastMerge = null;
    },
    select(keys) {
      if (keys.length === selection.length && keys.every((key) => selection.includes(key))) return;
      selection = [...keys];
      lastMerge = null;
      announce();
    },
    toggle(key) {
      this.select(selection.includes(key) ? selection.filter((one) => one !== key) : [...selection, key]);
    },
  };
}
