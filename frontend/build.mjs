// Puts the scripts where Django serves them: htmx as its authors minified it, ours bundled into one file.
import { copyFile, mkdir } from "node:fs/promises";
import { build } from "esbuild";

const out = new URL("../static/js/", import.meta.url).pathname;
await mkdir(out, { recursive: true });
await copyFile(new URL("node_modules/htmx.org/dist/htmx.min.js", import.meta.url), `${out}htmx.min.js`);
await mkdir(new URL("../tests/browser/vendor/", import.meta.url), { recursive: true });
await copyFile(
  new URL("node_modules/axe-core/axe.min.js", import.meta.url),
  new URL("../tests/browser/vendor/axe.min.js", import.meta.url),
);
await build({
  entryPoints: ["site", "staff", "editor", "sw", "stripe", "adyen", "square"].map((name) => new URL(`js/${name}.js`, import.meta.url).pathname),
  outdir: out,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["chrome111", "firefox113", "safari16.4"],
});
