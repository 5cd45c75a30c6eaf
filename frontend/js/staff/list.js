// The list and the booking form: small helps on top of links and forms.

/** A step that worked shows a toast, not the panel; one that was refused shows why in the panel. */
function quietSteps() {
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, requestConfig } = event.detail;
    const button = requestConfig?.elt;
    if (button?.hasAttribute("data-quiet") && xhr.status < 400) event.detail.shouldSwap = false;
  });
}

function panels() {
  const panel = document.querySelector("[data-panel]");
  if (!panel) return;
  let opener = null;
  document.addEventListener("click", (event) => {
    opener = event.target.closest("[data-opens]") || opener;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== panel || !panel.firstElementChild) return;
    if (!panel.querySelector("[data-close-panel]")) {
      const close = document.createElement("button");
      close.type = "button";
      close.className = "pill mt-2 w-full justify-center";
      close.dataset.closePanel = "";
      close.textContent = panel.dataset.close;
      panel.append(close);
    }
  });
  const close = () => {
    if (!panel.firstElementChild) return;
    panel.replaceChildren();
    const again = opener?.id ? document.getElementById(opener.id) : null;
    again?.focus();
  };
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-close-panel]")) close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) close();
  });
}

function dayPicker() {
  for (const form of document.querySelectorAll("[data-day-pick]")) {
    form.addEventListener("change", () => form.requestSubmit());
  }
}

function sizes() {
  document.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-size]");
    const input = chip && document.getElementById("id_guests");
    if (!input) return;
    input.value = chip.dataset.size;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  document.addEventListener("change", (event) => {
    if (event.target.id !== "id_guests") return;
    for (const chip of document.querySelectorAll("[data-size]")) {
      chip.setAttribute("aria-pressed", String(chip.dataset.size === event.target.value));
    }
  });
}

export function startList() {
  quietSteps();
  panels();
  dayPicker();
  sizes();
  document.querySelector("[data-print]")?.addEventListener("click", () => print());
}
