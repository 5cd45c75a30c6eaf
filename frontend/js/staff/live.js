// The live floor: one socket per page, for as long as it is open (docs/live.md).
//
// Applies what it hears to the plan (`[data-floor][data-live="true"]`), shows the state of the connection in
// `[data-live-badge]`, and tells the rest of the page by events on `document`: rh:snapshot, rh:table, rh:reservation,
// rh:unassigned, rh:config, rh:conversation (detail = message), rh:online, rh:offline.

const PING_EVERY = 10_000;
const ANSWER_WITHIN = 4_000;
const CONNECTED_WITHIN = 8_000;
const OFFLINE_AFTER = 10_000;
const TICK = 1_000;
const STRANGER = 4403;
const SHOWN_FLAGS = ["allergy", "vip", "unpaid", "birthday", "occasion", "note", "eta"];
const SVG = "http://www.w3.org/2000/svg";

/** Milliseconds before attempt number n: soon at first, at most 2 s in the first minute, then 10 s; never all at once. */
export function pauseBefore(attempt, random = Math.random()) {
  const most = attempt > 40 ? 10_000 : 2_000;
  return Math.min(250 * 2 ** Math.min(attempt, 10), most) * (0.5 + random / 2);
}

/** What a timer shows: `0:52 / 1:30` of a planned stay, `+7` of what should be over. */
export function timerText(from, total, now) {
  const minutes = Math.max(0, Math.floor((now - Date.parse(from)) / 60_000));
  const clock = (all) => `${Math.floor(all / 60)}:${String(all % 60).padStart(2, "0")}`;
  return total === "" ? `+${minutes}` : `${clock(minutes)} / ${clock(Number(total))}`;
}

const plans = () => document.querySelectorAll('[data-floor][data-live="true"]');
const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

function write(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

function say(table, part, text) {
  const element = table.querySelector(`[data-part="${part}"]`);
  if (element && element.textContent !== text) element.textContent = text;
}

function drawFlags(table, signs) {
  const group = table.querySelector('[data-part="flags"]');
  if (!group) return;
  const shown = SHOWN_FLAGS.filter((flag) => signs.includes(flag)).slice(0, 3);
  group.replaceChildren(
    ...shown.map((flag, place) => {
      const use = document.createElementNS(SVG, "use");
      const about = { href: `#flag-${flag}`, x: place ? `${place}7` : "07", y: "-9", width: "18", height: "18" };
      for (const [name, value] of Object.entries(about)) use.setAttribute(name, value);
      return use;
    }),
  );
}

/** Give every drawing of a table its new state. */
export function applyTable(message, root = document) {
  for (const plan of root.querySelectorAll('[data-floor][data-live="true"]')) {
    for (const table of plan.querySelectorAll(`[data-table="${message.table_id}"]`)) {
      write(table, "data-state", message.status);
      write(table, "data-colour", message.colour);
      write(table, "data-version", String(message.version));
      write(table, "data-reservation", message.reservation_id === null ? "" : String(message.reservation_id));
      if (message.timer) {
        write(table, "data-timer-from", message.timer.from);
        write(table, "data-timer-total", message.timer.total === null ? "" : String(message.timer.total));
      } else {
        table.removeAttribute("data-timer-from");
        table.removeAttribute("data-timer-total");
      }
      say(table, "line", message.line);
      say(table, "time", message.time);
      const sign = table.querySelector('[data-part="sign"] use');
      if (sign) write(sign, "href", `#sign-${message.status}`);
      drawFlags(table, message.signs);
    }
  }
}

class Badge {
  constructor() {
    this.elements = document.querySelectorAll("[data-live-badge]");
    this.state = "";
  }

  show(state, age) {
    const isNew = state !== this.state;
    this.state = state;
    for (const badge of this.elements) {
      if (isNew) {
        badge.dataset.state = state;
        const seconds = document.createElement("span");
        seconds.setAttribute("aria-hidden", "true"); // counting is not read aloud
        const key = `word${state[0].toUpperCase()}${state.slice(1)}`;
        badge.replaceChildren(badge.dataset[key] || "", seconds);
      }
      const text = age === null ? "" : ` ${Math.floor(age / 60)}:${String(age % 60).padStart(2, "0")}`;
      if (badge.lastElementChild && badge.lastElementChild.textContent !== text) {
        badge.lastElementChild.textContent = text;
      }
    }
  }
}

class Live {
  constructor(address) {
    const url = new URL(address, location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    url.searchParams.set("lang", document.documentElement.lang);
    this.url = url.href;
    this.badge = new Badge();
    this.known = new Map();
    this.attempt = 0;
    this.ahead = 0; // of the server's clock before ours
    this.isLive = false;
    this.heardAt = this.rightAt = Date.now();
  }

  start() {
    addEventListener("online", () => this.now());
    addEventListener("offline", () => this.lost());
    addEventListener("pagehide", () => this.drop());
    addEventListener("pageshow", (event) => event.persisted && this.now());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.isLive ? this.ping() : this.now();
    });
    setInterval(() => this.tick(), TICK);
    this.connect();
  }

  connect() {
    clearTimeout(this.timer);
    this.drop();
    const socket = new WebSocket(this.url);
    this.socket = socket;
    this.asked = Date.now();
    socket.onmessage = (event) => this.hear(JSON.parse(event.data));
    socket.onclose = (event) => this.lost(event.code);
  }

  /** At once, whatever was planned: the network is back, or somebody looks again. */
  now() {
    this.attempt = 0;
    this.connect();
  }

  /** Forget a socket without waiting for it: on a dead line closing takes minutes. */
  drop() {
    const socket = this.socket;
    this.socket = null;
    this.asked = null;
    if (!socket) return;
    socket.onmessage = socket.onclose = null;
    socket.close();
  }

  lost(code) {
    this.drop();
    if (this.isLive) {
      this.isLive = false;
      tell("rh:offline");
    }
    this.show();
    clearTimeout(this.timer);
    const pause = code === STRANGER ? 30_000 : pauseBefore(this.attempt);
    this.attempt += 1;
    this.timer = setTimeout(() => this.connect(), pause);
  }

  hear(message) {
    this.heardAt = Date.now();
    this.asked = null;
    if (message.at) this.ahead = Date.parse(message.at) - this.heardAt;
    if (message.type === "snapshot") this.begin(message);
    else if (message.type === "table.status") this.table(message);
    else if (message.type === "reservation.status") tell("rh:reservation", message);
    else if (message.type === "floor.unassigned") tell("rh:unassigned", message);
    else if (message.type === "config.changed") tell("rh:config", message);
    else if (message.type === "conversation.changed") tell("rh:conversation", message);
    else if (message.type === "queue.changed" || message.type === "waitlist.changed") tell("rh:changed", message);
  }

  begin(snapshot) {
    this.attempt = 0;
    for (const one of snapshot.tables) this.table(one);
    tell("rh:snapshot", snapshot);
    if (!this.isLive) {
      this.isLive = true;
      tell("rh:online");
    }
    this.show();
  }

  /** Draws always, as the plan may have been fetched again; tells only what is new. */
  table(message) {
    applyTable(message);
    const { seq: _seq, ...about } = message;
    const text = JSON.stringify(about);
    if (this.known.get(message.table_id) === text) return;
    this.known.set(message.table_id, text);
    tell("rh:table", message);
  }

  ping() {
    if (this.asked !== null || this.socket?.readyState !== WebSocket.OPEN) return;
    this.asked = Date.now();
    this.socket.send('{"type":"ping"}');
  }

  tick() {
    const now = Date.now();
    if (this.isLive) this.rightAt = this.heardAt;
    if (this.socket && this.asked !== null) {
      if (now - this.asked > (this.isLive ? ANSWER_WITHIN : CONNECTED_WITHIN)) this.lost();
    } else if (this.isLive && now - this.heardAt > PING_EVERY) {
      this.ping();
    }
    this.show();
    for (const plan of plans()) {
      for (const table of plan.querySelectorAll("[data-timer-from]")) {
        say(table, "time", timerText(table.dataset.timerFrom, table.dataset.timerTotal, now + this.ahead));
      }
    }
  }

  show() {
    const away = Date.now() - this.rightAt;
    const isOff = !navigator.onLine || away > OFFLINE_AFTER;
    const state = this.isLive ? "live" : isOff ? "offline" : "reconnecting";
    document.documentElement.dataset.connection = state;
    this.badge.show(state, this.isLive ? null : Math.round(away / 1000));
  }
}

export function startLive() {
  const address = document.body.dataset.socket;
  if (address) new Live(address).start();
}
