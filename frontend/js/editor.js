// The editor of floor plans. Loaded on its page only; the words come from data attributes.

import { createClipboard } from "./editor/clipboard.js";
import { startCombinations } from "./editor/combinations.js";
import { startDragging } from "./editor/drag.js";
import { createDrawing } from "./editor/draw.js";
import { startForm } from "./editor/form.js";
import { startKeys } from "./editor/keys.js";
import { startSaving } from "./editor/save.js";
import { createState } from "./editor/state.js";
import { createTools } from "./editor/tools.js";
import { createVoice } from "./editor/voice.js";
import { createZoom } from "./editor/zoom.js";

const root = document.querySelector("[data-editor]");
if (root) {
  const read = (name) => JSON.parse(document.getElementById(name).textContent);
  const context = { root, about: read("editor-about"), state: createState(read("editor-draft")) };
  context.voice = createVoice(root);
  context.drawing = createDrawing(context);
  context.clipboard = createClipboard(context);
  context.tools = createTools(context);
  createZoom(context);
  startDragging(context);
  startKeys(context);
  startForm(context);
  startCombinations(context);
  startSaving(context);
  context.state.announce();
  root.dataset.ready = "true";
}
