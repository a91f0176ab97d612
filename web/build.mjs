// Bundles the scripts of the pages into dist/: `pages.js` for every page, `charts.js` for pages with charts.
// Nothing is fetched at run time from anywhere but the server itself.
import { build } from "esbuild";
import { rmSync } from "node:fs";

rmSync("dist", { recursive: true, force: true });
await build({
  entryPoints: ["src/pages.js", "src/charts.js"],
  outdir: "dist",
  bundle: true,
  minify: true,
  format: "iife",
  // Browsers of the government network: down to Chromium 86.
  target: ["chrome86"],
  legalComments: "eof",
  logLevel: "warning",
});
