// Nearer and farther: the width of the drawing, in a frame that scrolls.

const STEPS = [0.5, 0.75, 1, 1.5, 2, 3, 4];

export function createZoom({ root, state, drawing }) {
  const frame = root.querySelector("[data-frame]");
  let step = STEPS.indexOf(1);

  function apply() {
    const zoom = STEPS[step];
    const middle = {
      x: (frame.scrollLeft + frame.clientWidth / 2) / frame.scrollWidth,
      y: (frame.scrollTop + frame.clientHeight / 2) / frame.scrollHeight,
    };
    drawing.plan.style.width = `${zoom * 100}%`;
    frame.scrollLeft = middle.x * frame.scrollWidth - frame.clientWidth / 2;
    frame.scrollTop = middle.y * frame.scrollHeight - frame.clientHeight / 2;
  }

  const go = {
    in: () => Math.min(step + 1, STEPS.length - 1),
    out: () => Math.max(step - 1, 0),
    fit: () => STEPS.indexOf(1),
  };
  root.addEventListener("click", (event) => {
    const name = event.target.closest("[data-zoom]")?.dataset.zoom;
    if (!name) return;
    step = go[name]();
    apply();
  });
  frame.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      step = event.deltaY < 0 ? go.in() : go.out();
      apply();
    },
    { passive: false },
  );
  // On a phone a plan of full width would be too small for fingers.
  if (frame.clientWidth && frame.clientWidth / state.doc.width < 0.5) {
    step = STEPS.indexOf(frame.clientWidth / state.doc.width < 0.35 ? 2 : 1.5);
    apply();
    frame.scrollLeft = 0;
    frame.scrollTop = 0;
  }
}
