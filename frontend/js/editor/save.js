// The draft is kept by itself. A state is always shown; two people are told of each other.

const AFTER = 700;
const LONGEST = 30_000;

export function startSaving({ root, state, drawing, voice }) {
  const badge = root.querySelector("[data-saved]");
  const conflict = root.querySelector("[data-conflict]");
  const faults = root.querySelector("[data-faults]");
  const url = root.dataset.draftUrl;
  let version = Number(root.dataset.version);
  let kept = JSON.stringify(state.doc);
  let timer = 0;
  let wait = 1000;
  let running = null;
  // What the badge says when everything is kept: at first what the page came with.
  let calm = [badge.dataset.state, badge.textContent];

  const show = (name, text = voice.words[name]) => {
    badge.dataset.state = name;
    badge.textContent = text;
  };
  const isKept = () => JSON.stringify(state.doc) === kept;
  const later = (ms) => {
    clearTimeout(timer);
    timer = setTimeout(save, ms);
  };

  state.listen(({ document: changed }) => {
    if (!changed || badge.dataset.state === "conflict") return;
    if (isKept()) {
      if (!running) show(...calm);
      return;
    }
    show("unsaved");
    later(AFTER);
  });

  async function save() {
    clearTimeout(timer);
    if (running) return running;
    if (isKept() || badge.dataset.state === "conflict") return undefined;
    running = send().finally(() => {
      running = null;
    });
    return running;
  }

  async function send() {
    const document_ = state.doc;
    show("saving");
    let answer;
    try {
      answer = await fetch(url, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": root.dataset.csrf },
        body: JSON.stringify({ version, document: document_ }),
      });
    } catch {
      retry();
      return;
    }
    const isJson = answer.headers.get("Content-Type")?.includes("json");
    const body = isJson ? await answer.json() : {};
    if (answer.ok && isJson) accepted(body, document_);
    else if (answer.status === 409) refused(body);
    else if (answer.status === 422) malformed(body);
    else retry();
  }

  function accepted(body, document_) {
    wait = 1000;
    version = body.version;
    kept = JSON.stringify(document_);
    for (const field of root.querySelectorAll("[data-version-field]")) field.value = version;
    calm = ["saved", body.saved];
    show(...calm);
    root.dataset.hasDraft = "true";
    showFaults(body);
    if (!isKept()) {
      show("unsaved");
      later(AFTER);
    }
  }

  function refused(body) {
    show("conflict");
    conflict.hidden = false;
    conflict.querySelector("[data-conflict-text]").textContent = body.detail;
    conflict.dataset.version = body.version;
    conflict.focus();
  }

  function malformed(body) {
    show("refused", body.errors?.[0]?.detail || body.detail || voice.words.refused);
  }

  function retry() {
    show("offline");
    wait = Math.min(wait * 2, LONGEST);
    later(wait * (0.75 + Math.random() / 2));
  }

  function showFaults({ problems = [], warnings = [] }) {
    drawing.showFaults([...problems, ...warnings].flatMap((one) => one.keys));
    faults.hidden = !problems.length && !warnings.length;
    faults.querySelector("ul").replaceChildren(
      ...[...problems.map((one) => [one, "problem"]), ...warnings.map((one) => [one, "warning"])].slice(0, 12).map(([one, kind]) => {
        const item = document.createElement("li");
        const button = document.createElement("button");
        button.type = "button";
        button.className = `fault fault-${kind}`;
        button.textContent = one.text;
        button.addEventListener("click", () => {
          state.select(one.keys.filter((key) => state.table(key)));
          if (one.keys[0]) drawing.focusOn(one.keys[0]);
        });
        item.append(button);
        return item;
      }),
    );
  }

  conflict.querySelector("[data-conflict-mine]").addEventListener("click", () => {
    version = Number(conflict.dataset.version);
    conflict.hidden = true;
    show("unsaved");
    save();
  });
  conflict.querySelector("[data-conflict-theirs]").addEventListener("click", () => {
    kept = JSON.stringify(state.doc);
    location.reload();
  });

  // Preview and publish want what is on the screen.
  root.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-after-saving]");
    if (!link || isKept()) return;
    event.preventDefault();
    await save();
    if (isKept()) location.assign(link.href);
  });
  addEventListener("beforeunload", (event) => {
    if (!isKept() && badge.dataset.state !== "conflict") event.preventDefault();
  });
  addEventListener("online", () => later(0));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save();
  });
  showFaults(JSON.parse(document.getElementById("editor-faults").textContent));
}
