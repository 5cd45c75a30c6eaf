// "Notify me in this browser": the buttons of the message settings that need a script.
//
// Whether this browser is connected is told by a digest of its subscription; the page knows those of the guest.

import { say } from "./focus.js";

const isPossible = () => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
const find = () => document.querySelector("[data-push-key]");
const show = (box, name) => {
  for (const part of box.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== name;
};

async function digest(text) {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(bytes)].slice(0, 8).map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function subscription() {
  const worker = await navigator.serviceWorker.getRegistration("/");
  return worker?.pushManager.getSubscription();
}

async function prepare() {
  const box = find();
  if (!box || !isPossible()) return;
  box.hidden = false;
  const mine = Notification.permission === "granted" && (await subscription());
  const isOn = mine && box.dataset.known.split(" ").includes(await digest(mine.endpoint));
  show(box, Notification.permission === "denied" ? "denied" : isOn ? "on" : "off");
}

async function subscribe(key) {
  await navigator.serviceWorker.register("/sw.js");
  const { pushManager } = await navigator.serviceWorker.ready;
  const wish = { userVisibleOnly: true, applicationServerKey: key };
  try {
    return await pushManager.subscribe(wish);
  } catch (error) {
    if (error.name !== "InvalidStateError") throw error;
    await (await pushManager.getSubscription())?.unsubscribe(); // of an earlier key of this site
    return pushManager.subscribe(wish);
  }
}

function send(box, url, { endpoint, keys = {} }) {
  const values = { endpoint, ...keys, csrfmiddlewaretoken: box.querySelector("input").value };
  return htmx.ajax("POST", url, { target: "#messages", swap: "outerHTML", values });
}

async function press(button) {
  const box = find();
  button.disabled = true;
  try {
    if (button.dataset.push === "on") {
      if ((await Notification.requestPermission()) === "granted") {
        return await send(box, box.dataset.on, (await subscribe(box.dataset.pushKey)).toJSON());
      }
    } else {
      const { endpoint } = (await subscription()) || {};
      return await send(box, box.dataset.off, { endpoint });
    }
  } catch {
    say(box.dataset.failed);
  }
  button.disabled = false;
  prepare();
}

export function offerPush() {
  prepare();
  document.addEventListener("htmx:afterSettle", prepare);
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("button[data-push]");
    if (button) press(button);
  });
}
