// Parts of a page that follow the book: fetched again when something changed, and every minute.
//
// `data-refresh` holds the address, or nothing for the page's own; `data-conversation` makes a part follow what is
// written as well: of one reservation, or (empty) of all. Several changes at once make one request;
// screens do not ask all at the same moment. What is being dragged or typed in is left alone.

const MINUTE = 60_000;
const waiting = new WeakMap();

function isBusy(part) {
  return part.hasAttribute("data-busy") || part.contains(document.activeElement?.closest("input:not([type=hidden]), select, textarea"));
}

function remember(part) {
  const active = document.activeElement;
  if (!part.contains(active)) return () => {};
  const id = active.id;
  const owner = active.closest("[data-party]")?.dataset.party;
  return () => {
    if (id && document.getElementById(id)) {
      document.getElementById(id).focus({ preventScroll: true });
      return;
    }
    const party = owner && part.querySelector(`[data-party="${owner}"]`);
    (party?.querySelector(".act-main, button, a") || part.querySelector("button, a"))?.focus({ preventScroll: true });
  };
}

export function refresh(part) {
  if (!part.isConnected) return;
  if (isBusy(part)) {
    later(part, 2000);
    return;
  }
  const open = [...part.querySelectorAll("details[data-keep-open][open]")].map((one) => one.id);
  const restore = remember(part);
  const url = part.dataset.refresh || location.pathname + location.search;
  htmx.ajax("GET", url, { target: part, swap: "innerHTML", source: part }).then(() => {
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    restore();
  }).catch(() => {}); // offline: the badge says so
}

function later(part, wait) {
  clearTimeout(waiting.get(part));
  waiting.set(part, setTimeout(() => refresh(part), wait));
}

export function startRefresh() {
  const parts = () => document.querySelectorAll("[data-refresh]");
  if (!parts().length) return;
  const soon = () => {
    for (const part of parts()) later(part, 200 + Math.random() * 200);
  };
  for (const name of ["rh:reservation", "rh:done", "rh:snapshot", "rh:changed"]) document.addEventListener(name, soon);
  document.addEventListener("rh:conversation", ({ detail }) => {
    for (const part of document.querySelectorAll("[data-conversation]")) {
      const about = part.dataset.conversation;
      if (about === "" || Number(about) === detail.reservation_id) later(part, 200 + Math.random() * 200);
    }
  });
  setInterval(() => {
    if (document.visibilityState === "visible") soon();
  }, MINUTE);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") soon();
  });
}
