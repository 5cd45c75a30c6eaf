// How this screen behaves: large type, sound, staying awake. Kept in the browser, as it belongs to the tablet.

const CLASSES = { large: "large-type", sound: "with-sound", awake: "stays-awake" };
const DEFAULTS = { large: "false", sound: "true", awake: "true" };
let lock = null;

const get = (name) => (localStorage.getItem(`rh-${name}`) ?? DEFAULTS[name]) === "true";

async function stayAwake() {
  if (!navigator.wakeLock) return;
  const wanted = get("awake") && document.visibilityState === "visible";
  if (!wanted) {
    await lock?.release();
    lock = null;
  } else if (!lock || lock.released) {
    lock = await navigator.wakeLock.request("screen").catch(() => null); // refused on low battery: then it sleeps
  }
}

function apply() {
  for (const [name, css] of Object.entries(CLASSES)) {
    document.documentElement.classList.toggle(css, get(name));
    document.querySelectorAll(`[data-preference="${name}"]`).forEach((one) => one.setAttribute("aria-pressed", String(get(name))));
  }
  stayAwake();
  dispatchEvent(new Event("resize"));
}

export function startPreferences() {
  if (!document.querySelector("[data-preferences]")) return;
  apply();
  document.addEventListener("visibilitychange", stayAwake);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-preference]");
    if (!button) return;
    localStorage.setItem(`rh-${button.dataset.preference}`, String(!get(button.dataset.preference)));
    apply();
  });
}
