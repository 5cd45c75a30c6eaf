// The form beside the plan: the same things as numbers and words, without any pointer.

import { LARGEST, SMALLEST, clamp } from "./geometry.js";

const WHOLE = new Set(["x", "y", "width", "height", "rotation", "seats", "min_party", "max_party"]);
const LIMITS = { width: [SMALLEST, LARGEST], height: [SMALLEST, LARGEST], rotation: [0, 359], x: [0, 4000], y: [0, 4000] };

export function startForm({ root, state, drawing, tools, voice, about }) {
  const form = root.querySelector("[data-form]");
  const chooser = form.querySelector("[data-choose]");
  const single = form.querySelector("[data-single]");
  const title = form.querySelector("[data-title]");
  const fields = [...form.querySelectorAll("[data-field]")];
  const areas = new Map(about.areas.map((area) => [area.id, area.name]));

  const areaName = (area) => areas.get(area) ?? area;
  const areaOf = (name) => {
    const wanted = name.trim();
    for (const [id, known] of areas) if (known.toLowerCase() === wanted.toLowerCase()) return id;
    return wanted;
  };
  const shown = (table, name) => {
    if (name === "area") return areaName(table.area);
    if (name === "features") return table.features.join(", ");
    return table[name];
  };

  function read(field, table) {
    const name = field.dataset.field;
    if (name === "area") return areaOf(field.value) || table.area;
    if (name === "features") return field.value.split(",").map((word) => word.trim().slice(0, 40)).filter(Boolean).slice(0, 30);
    if (!WHOLE.has(name)) return field.value.trim();
    const value = Math.round(Number(field.value));
    if (field.value.trim() === "" || !Number.isFinite(value)) return table[name];
    return clamp(value, ...(LIMITS[name] ?? [1, 500]));
  }

  form.addEventListener("change", (event) => {
    if (event.target === chooser) {
      state.select(chooser.value ? [chooser.value] : []);
      if (chooser.value) drawing.focusOn(chooser.value, { quietly: true });
      return;
    }
    const name = event.target.dataset.field;
    const [table] = state.selected;
    if (!name || !table) return;
    const value = read(event.target, table);
    const values = { [name]: value };
    // More chairs are also more guests, as long as nobody said otherwise.
    if (name === "seats") {
      values.max_party = table.max_party === table.seats ? value : Math.max(value, table.max_party);
      values.min_party = Math.min(table.min_party, value);
    }
    tools.set(table.key, values);
    event.target.value = shown(state.table(table.key), name);
    voice.say(voice.fill("set", { number: state.table(table.key).number, field: event.target.dataset.label }));
  });
  form.addEventListener("submit", (event) => event.preventDefault());

  const canvas = root.querySelector("[data-canvas-form]");
  canvas.addEventListener("change", (event) => {
    const name = event.target.dataset.side;
    const value = clamp(Math.round(Number(event.target.value)) || state.doc[name], 200, 4000);
    state.change(voice.words.changed, (doc) => {
      doc[name] = value;
    });
    event.target.value = state.doc[name];
  });

  function showChooser() {
    const options = state.doc.tables.map((table) => ({ key: table.key, text: `${table.number || "?"} · ${areaName(table.area)} · ${table.seats}` }));
    options.sort((a, b) => a.text.localeCompare(b.text, undefined, { numeric: true }));
    const [none] = chooser.options;
    chooser.replaceChildren(none, ...options.map((one) => new Option(one.text, one.key)));
    chooser.value = state.selected.length === 1 ? state.selection[0] : "";
  }

  state.listen(() => {
    const tables = state.selected;
    showChooser();
    const one = tables.length === 1 ? tables[0] : null;
    title.textContent = one
      ? voice.fill("titleOne", { number: one.number || "?" })
      : tables.length
        ? voice.fill("several", { count: tables.length })
        : voice.words.titleNone;
    single.disabled = !one;
    single.hidden = !one;
    for (const part of root.querySelectorAll("[data-needs]")) {
      part.hidden = tables.length < Number(part.dataset.needs);
    }
    for (const field of fields) {
      if (one && document.activeElement !== field) field.value = shown(one, field.dataset.field);
      if (one && document.activeElement === field && !field.matches(":focus")) field.value = shown(one, field.dataset.field);
    }
    for (const field of canvas.querySelectorAll("[data-side]")) field.value = state.doc[field.dataset.side];
  });
}
