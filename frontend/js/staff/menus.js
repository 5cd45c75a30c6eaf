// Menus made of <details>: one at a time, closed by Escape or a click elsewhere.

const open = () => document.querySelectorAll("details.switcher[open]");

export function startMenus() {
  document.addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}
