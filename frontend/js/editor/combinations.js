// Tables that can be pushed together: made from the selection, listed with their capacities.

export function startCombinations({ root, state, voice }) {
  const list = root.querySelector("[data-combinations]");
  const template = root.querySelector("[data-combination-template]");
  const make = root.querySelector("[data-combine]");

  const inOrder = (tables) => {
    const wide = Math.max(...tables.map((t) => t.x)) - Math.min(...tables.map((t) => t.x));
    const tall = Math.max(...tables.map((t) => t.y)) - Math.min(...tables.map((t) => t.y));
    return [...tables].sort((a, b) => (wide >= tall ? a.x - b.x : a.y - b.y));
  };

  make.addEventListener("click", () => {
    const tables = inOrder(state.selected);
    if (tables.length < 2) return;
    if (new Set(tables.map((table) => table.area)).size > 1) {
      voice.say(voice.words.otherAreas);
      make.nextElementSibling.hidden = false;
      return;
    }
    make.nextElementSibling.hidden = true;
    const name = tables.map((table) => table.number).join(" + ").slice(0, 60);
    state.change(voice.words.combined, (doc) => {
      doc.combinations.push({
        id: null,
        name,
        tables: tables.map((table) => table.key),
        min_party: Math.max(...tables.map((table) => table.max_party)) + 1,
        max_party: Math.max(
          tables.reduce((sum, table) => sum + table.seats, 0),
          Math.max(...tables.map((table) => table.max_party)) + 1,
        ),
        is_row: tables.length > 2,
      });
    });
    voice.say(voice.fill("nowCombined", { name }));
  });

  list.addEventListener("change", (event) => {
    const at = Number(event.target.closest("[data-at]").dataset.at);
    const name = event.target.dataset.part;
    state.change(voice.words.changed, (doc) => {
      const one = doc.combinations[at];
      if (name === "is_row") one.is_row = event.target.checked;
      else if (name === "name") one.name = event.target.value.trim().slice(0, 60);
      else one[name] = Math.min(500, Math.max(1, Math.round(Number(event.target.value)) || one[name]));
    });
  });
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-part-action]");
    if (!button) return;
    const at = Number(button.closest("[data-at]").dataset.at);
    const one = state.doc.combinations[at];
    if (button.dataset.partAction === "show") {
      state.select(one.tables);
      return;
    }
    state.change(voice.words.parted, (doc) => {
      doc.combinations.splice(at, 1);
    });
    voice.say(voice.fill("nowParted", { name: one.name }));
  });

  let drawn = "";
  state.listen(() => {
    const now = JSON.stringify([state.doc.combinations, state.doc.tables.map((table) => table.number)]);
    if (now === drawn || list.contains(document.activeElement)) {
      if (now === drawn || document.activeElement.matches("input")) return;
    }
    drawn = now;
    list.replaceChildren(
      ...state.doc.combinations.map((one, at) => {
        const item = template.content.cloneNode(true);
        item.querySelector("[data-at]").dataset.at = at;
        for (const field of item.querySelectorAll("[data-part]")) {
          const name = field.dataset.part;
          field.id = `combination-${at}-${name}`;
          field.closest(".field, .tick").querySelector("label, .for")?.setAttribute("for", field.id);
          if (name === "is_row") field.checked = one.is_row;
          else field.value = one[name];
        }
        item.querySelector("[data-numbers]").textContent = one.tables.map((key) => state.table(key)?.number).join(" + ");
        return item;
      }),
    );
  });
}
