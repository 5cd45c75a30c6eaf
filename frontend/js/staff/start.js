// Setting up: the browser knows the time zone, and can copy a link.

import { say } from "../focus.js";

export function startSetUp() {
  // On a phone the sections are wider than the screen: the current one comes into view.
  for (const link of document.querySelectorAll("nav [aria-current='page']")) {
    const nav = link.closest("nav");
    nav.scrollLeft = link.offsetLeft - nav.offsetLeft - 24;
  }
  const guess = document.querySelector("[data-guess-zone]");
  const zones = guess && document.getElementById(guess.dataset.guessZone);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zones && [...zones.options].some((option) => option.value === zone)) zones.value = zone;
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const field = document.getElementById(button.dataset.copy);
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      return; // without permission the text is selected, ready to be copied by hand
    }
    button.textContent = button.dataset.copied;
    say(button.dataset.copied);
  });
}
