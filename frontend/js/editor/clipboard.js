// Copies of tables; they outlive the page, so that they can be pasted into another plan.

const PLACE = "reservehub.plan.clipboard";

export function createClipboard(context) {
  const { root, state, voice } = context;
  const clipboard = {
    copy() {
      const tables = state.selected;
      if (!tables.length) return;
      sessionStorage.setItem(PLACE, JSON.stringify({ place: root.dataset.restaurant, tables }));
      voice.say(voice.fill("copied", { count: tables.length }));
    },
    paste() {
      const held = JSON.parse(sessionStorage.getItem(PLACE) ?? "null");
      // Areas are those of one restaurant.
      if (!held || held.place !== root.dataset.restaurant) return;
      const copies = context.tools.copyOf(held.tables, 30);
      context.tools.insert(copies, voice.words.pasted);
      voice.say(voice.fill("added", { number: copies.map((table) => table.number).join(", ") }));
    },
  };
  root.addEventListener("click", (event) => {
    const name = event.target.closest("[data-clipboard]")?.dataset.clipboard;
    if (name) clipboard[name]();
  });
  return clipboard;
}
