// The page of a booking follows the booking: a socket says that something changed, the page fetches itself again.
//
// Nothing shown is taken from the socket. While it is away the page looks by itself, slowly; and rarely beside it, as a
// message may be lost. Nobody is asked while the tab is hidden or the network is gone (docs/live.md).

import { countDown } from "./countdown.js";
import { say } from "./focus.js";

const STRANGER = 4403;
const ALONE = 30_000;
const BESIDE = 120_000;

let visit = null;
let socket = null;
let attempt = 0; // -1: the link opens nothing any more
let retry = 0;
let poll = 0;

const isAway = () => document.visibilityState === "hidden" || !navigator.onLine;
const jitter = (time) => time * (0.75 + Math.random() / 2);
const news = () => ({ ...visit.querySelector("[data-version]")?.dataset });
const plain = (html) => html.replace(/value="\w{64}"|\s+/g, ""); // secrets of forms are new each time

function look() {
  clearTimeout(poll);
  poll = setTimeout(look, jitter(socket?.readyState === WebSocket.OPEN ? BESIDE : ALONE));
  if (!isAway()) htmx.ajax("GET", visit.dataset.page, { target: visit, source: visit }).catch(() => {});
}

function drop() {
  clearTimeout(retry);
  if (!socket) return;
  socket.onclose = socket.onmessage = null;
  socket.close();
  socket = null;
}

function connect() {
  if (isAway() || attempt < 0) return;
  socket = new WebSocket(`${location.origin.replace("http", "ws")}/ws${visit.dataset.page}`);
  socket.onmessage = ({ data }) => {
    attempt = 0;
    if (JSON.parse(data).version !== Number(news().version)) look();
  };
  socket.onclose = ({ code }) => {
    drop();
    if (code === STRANGER) {
      attempt = -1;
      look();
    } else {
      retry = setTimeout(connect, jitter(Math.min(1000 * 2 ** attempt++, 60_000)));
    }
  };
}

/** At once: somebody looks again, or the network is back. A line that slept is not trusted. */
function wake() {
  if (isAway()) return;
  drop();
  attempt = Math.min(attempt, 0);
  connect();
  look();
}

export function followVisit() {
  visit = document.getElementById("visit");
  if (!visit) return;
  let before;
  let focus;
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.target !== visit) return;
    if (detail.xhr.status === 404) location.reload();
    const fresh = document.createElement("template");
    fresh.innerHTML = detail.serverResponse;
    fresh.content.querySelector("title")?.remove();
    if (detail.xhr.status !== 200 || plain(fresh.innerHTML) === plain(visit.innerHTML)) detail.shouldSwap = false;
    before = news();
    focus = visit.contains(document.activeElement) && document.activeElement.id;
  });
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (detail.target !== visit) return;
    if (focus !== false && !visit.contains(document.activeElement)) {
      (document.getElementById(focus) || document.getElementById("visit-title")).focus({ preventScroll: true });
    }
    const now = news();
    say(["status", "change"].filter((key) => now[key] !== before[key]).map((key) => now[key]).join(" "));
  });
  addEventListener("online", wake);
  addEventListener("pagehide", drop);
  addEventListener("pageshow", (event) => event.persisted && wake());
  document.addEventListener("visibilitychange", wake);
  connect();
  countDown(look);
  poll = setTimeout(look, jitter(ALONE));
}
