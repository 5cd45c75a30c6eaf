// What is said aloud, in the words of the page.

export function createVoice(root) {
  const live = document.getElementById("live");
  const words = JSON.parse(root.dataset.words);
  let last = "";

  const fill = (name, values) => words[name].replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
  return {
    words,
    fill,
    say(text) {
      // The same words twice are said twice.
      last = text === last ? `${text}\u00a0` : text;
      live.textContent = last;
    },
    describe: (table) =>
      fill("table", { number: table.number || "?", seats: table.seats, x: table.x, y: table.y }),
    where(tables) {
      if (tables.length === 1) return fill("at", { number: tables[0].number, x: tables[0].x, y: tables[0].y });
      return fill("several", { count: tables.length });
    },
  };
}
