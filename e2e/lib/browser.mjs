// A browser, and what every page has to be: quiet, within its screen, free of serious findings of axe.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { known } from "./server.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// Screenshots go here, to be looked at.
export const shots = process.env.QUANYU_SHOTS ?? mkdtempSync(join(tmpdir(), "quanyu-shots-"));
mkdirSync(shots, { recursive: true });

export async function launch() {
  const executablePath = process.env.QUANYU_CHROMIUM ?? "/usr/bin/chromium";
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
}

// A page that notes what goes wrong in it: errors on the console, requests to other hosts.
// Signed in as the server's someone, unless another cookie is given; `null` is nobody.
export async function open(browser, url, { width = 1440, height = 900, scripts = true, cookie = known.get(url) } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, javaScriptEnabled: scripts, baseURL: url });
  if (cookie) await context.addCookies([cookie]);
  const page = await context.newPage();
  page.troubles = [];
  page.on("console", (it) => it.type() === "error" && page.troubles.push(it.text()));
  page.on("pageerror", (it) => page.troubles.push(String(it)));
  page.on("request", (it) => {
    if (!it.url().startsWith(url) && !it.url().startsWith("data:")) page.troubles.push(`asks ${it.url()}`);
  });
  return page;
}

// Nothing wide, nothing wrong, nothing serious.
export async function sound(page, name) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(wide <= 0, `${name} is wider than the screen by ${wide} px`);
  assert.deepEqual(page.troubles, [], `${name} is not quiet`);
  const unseen = await page.evaluate(() => [...document.querySelectorAll("main .card")].filter((it) => !it.getClientRects().length).length);
  assert.equal(unseen, 0, `${name} hides a part of itself`);
  // Playwright evaluates outside the page's content policy, so that axe needs no exception in it.
  const found = await page.evaluate(`${axe}; axe.run(document, { resultTypes: ["violations"] })`);
  const serious = found.violations.filter((it) => ["serious", "critical"].includes(it.impact));
  const told = serious.map((it) => `${it.id}: ${it.help}\n  ${it.nodes.map((node) => node.html).slice(0, 3).join("\n  ")}`);
  assert.deepEqual(told, [], `axe on ${name}`);
}

export async function shoot(page, name) {
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
}
