// A list is shown to the public: an officer publishes, a stranger objects on a phone, the officer answers, the window passes, the records go on.
// Then two installations pass packages: one is tampered with and refused, the good one is taken in.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { launch, open, shoot, sound } from "./lib/browser.mjs";
import { known, signIn } from "./lib/server.mjs";

const root = resolve(import.meta.dirname, "..");
const binary = process.env.QUANYU_BIN ?? join(root, "target/debug/quanyu");
const env = { ...process.env, QUANYU_WEB: join(root, "web/dist"), QUANYU_PACKS: join(root, "packs") };
const folder = mkdtempSync(join(tmpdir(), "quanyu-public-"));
const data = join(folder, "district");

let browser;
let server;

function quanyu(...args) {
  const done = spawnSync(binary, args, { cwd: root, env, encoding: "utf8" });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

// Serves a district of demonstration as if so many days had gone by.
async function serve(district, days) {
  const child = spawn(binary, ["serve", "--data", district, "--port", "0", "--days-ahead", String(days)], {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  const url = await new Promise((found, failed) => {
    const look = (chunk) => {
      printed += chunk;
      const address = /http:\/\/localhost:\d+/.exec(printed);
      if (address) found(address[0]);
    };
    child.stdout.on("data", look);
    child.stderr.on("data", look);
    child.on("exit", (code) => failed(new Error(`quanyu ended with ${code}:\n${printed}`)));
  });
  return {
    url,
    async stop() {
      child.removeAllListeners("exit");
      const ended = new Promise((it) => child.once("exit", it));
      child.kill("SIGTERM");
      await ended;
    },
  };
}

async function as(name, size = {}) {
  const cookie = await signIn(server.url, { name, password: "Yanshi-2024" });
  known.delete(server.url);
  return open(browser, server.url, { ...size, cookie });
}

async function look(page, name) {
  await sound(page, name);
  await shoot(page, name);
}

before(async () => {
  const made = quanyu("demo", "--no-serve", "--data", data);
  assert.equal(made.code, 0, made.err);
  server = await serve(data, 0);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("a list is published, objected to on a phone, answered, and its records go on when the window has passed", async () => {
  const officer = await as("jingban");
  await officer.goto("/publications");
  await officer.getByRole("link", { name: "新建公示" }).click();
  await officer.getByRole("link", { name: /拟认定区级科技企业/ }).click();
  await look(officer, "publication-new-1440");
  await officer.getByRole("button", { name: "生成草稿" }).click();
  await officer.waitForURL(/\/publications\/\d+/);
  const path = new URL(officer.url()).pathname;
  const id = path.split("/").pop();
  await look(officer, "publication-draft-1440");
  assert.equal((await officer.request.get(`/public/notices/${id}`)).status(), 404, "a draft is nobody's");

  // Published by the head of the section.
  const head = await as("kezhang");
  await head.goto(path);
  await head.getByRole("button", { name: "审核发布", exact: true }).click();
  await head.waitForURL(/registers/);
  await head.goto(path);
  await head.getByText("第 1 版").first().waitFor();
  await look(head, "publication-running-1440");
  const docx = await head.request.get(`${path}/docx`);
  assert.equal((await docx.body()).subarray(0, 2).toString(), "PK");

  // A stranger on a phone.
  const stranger = await open(browser, server.url, { width: 390, height: 844, cookie: null });
  await stranger.goto("/public");
  await look(stranger, "public-list-390");
  await stranger.getByRole("link", { name: /关于拟认定区级科技企业/ }).click();
  const text = await stranger.locator("main").innerText();
  assert.match(text, /示\*/, "names are masked");
  assert.doesNotMatch(text, /示例一/);
  await look(stranger, "public-notice-390");
  await stranger.getByRole("link", { name: "提出异议" }).click();
  await stranger.getByLabel("对哪一项有异议").selectOption({ index: 2 });
  await stranger.getByLabel("姓名或单位名称 *").fill("示例群众");
  await stranger.getByLabel("联系电话 *").fill("13900001111");
  await stranger.getByLabel("异议内容与理由 *").fill("该企业上一年度没有研发投入，请核查是否符合认定条件。");
  await look(stranger, "public-object-390");
  await stranger.getByRole("button", { name: "提交异议" }).click();
  await stranger.getByText("异议已收到").first().waitFor();
  await look(stranger, "public-receipt-390");
  assert.deepEqual(await stranger.context().cookies(), [], "nothing is kept in the browser");
  const reached = await stranger.goto("/publications");
  assert.match(reached.url(), /signin/);
  await stranger.context().close();

  // The officer sees it, takes it up; the head answers.
  await officer.goto("/publications");
  await look(officer, "publications-1440");
  await officer.locator("section", { has: officer.getByRole("heading", { name: "异议", exact: true }) }).locator("tbody th a").first().click();
  await officer.getByRole("button", { name: "受理", exact: true }).click();
  await officer.waitForURL(/registers\/objection/);
  const objection = officer.url();
  await look(officer, "objection-1440");
  await head.goto(path);
  // Not while an objection is open, and not while the window runs.
  const settle = async (page) => {
    await page.goto(path);
    const taking = page.locator(".taking", { has: page.locator("summary b", { hasText: /^期满办结$/ }) });
    if (!(await taking.evaluate((it) => it.open))) await taking.locator("> summary").click();
    await taking.getByRole("button", { name: "期满办结", exact: true }).click();
  };
  await settle(head);
  await head.getByText(/还没有结束/).first().waitFor();
  await head.goto(objection);
  const taking = head.locator(".taking", { has: head.locator("summary b", { hasText: /^答复$/ }) });
  await taking.locator("[name='f.outcome']").selectOption({ index: 3 });
  await taking.locator("[name='f.reply']").fill("经核查，该企业上一年度研发投入有审计报告佐证，异议不成立。");
  const today = new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 10);
  await taking.locator("[name='f.replied_on']").fill(today);
  await taking.getByRole("button", { name: "答复", exact: true }).click();
  await head.getByText("已答复").first().waitFor();
  await head.context().close();
  await officer.context().close();

  // Days go by; the window has passed.
  await server.stop();
  server = await serve(data, 14);
  const later = await as("kezhang");
  await later.goto("/publications");
  await later.getByText("已到期待办结").first().waitFor();
  await look(later, "publications-over-1440");
  await later.goto("/desk");
  await look(later, "publications-desk-1440");
  await settle(later);
  await later.waitForURL(/registers/);
  const told = await (await later.request.get("/api/v1/registers/district_recognition/records?limit=50")).json();
  const states = new Set(told.records.map((it) => it.state));
  assert.deepEqual([...states], ["recognised"], JSON.stringify(told.records[0]));
  assert.equal((await later.request.get(`/public/notices/${id}`)).status(), 404, "what is over is taken down");
  await later.goto(path);
  await look(later, "publication-settled-1440");

  // What was recognised is open to anybody, as files.
  await later.goto("/publications/data");
  for (const button of await later.getByRole("button", { name: "发布当前数据" }).all()) {
    assert.ok(await button.isVisible());
  }
  await later.getByRole("button", { name: "发布当前数据" }).first().click();
  await later.waitForURL(/publications\/data/);
  await look(later, "open-data-1440");
  const anybody = await open(browser, server.url, { width: 390, height: 844, cookie: null });
  await anybody.goto("/public/data");
  await look(anybody, "public-data-390");
  await anybody.locator("h2 a").first().click();
  await look(anybody, "public-dataset-390");
  await anybody.context().close();
  await later.context().close();
});

test("a package is made, tampered with and refused, and the good one is taken in", async () => {
  const outer = join(folder, "outer");
  assert.equal(quanyu("demo", "--no-serve", "--data", outer).code, 0);
  const key = quanyu("exchange", "keys", "begin", "outer", "--data", outer).out.trim();
  assert.match(key, /^[0-9a-f]{64}$/);

  const page = await as("xitong");
  await page.goto("/admin/exchange");
  await look(page, "exchange-begin-1440");
  await page.getByLabel("内网（业务端）").check();
  await page.getByRole("button", { name: "确定并生成密钥" }).click();
  await page.getByText("本端：").waitFor();
  const own = (await page.locator(".held").first().innerText()).trim();
  assert.equal(quanyu("exchange", "keys", "trust", own, "--data", outer).code, 0);
  await page.getByLabel(/对端公钥/).fill(key);
  await page.getByRole("button", { name: "登记", exact: true }).click();
  await page.getByText("核对码").first().waitFor();
  await page.getByRole("button", { name: "生成交换包" }).click();
  await page.getByText(/第 1 包已生成/).waitFor();
  await look(page, "exchange-out-1440");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "下载" }).first().click()]);
  const file = await download.path();
  const good = readFileSync(file);
  const wrong = Buffer.from(good);
  wrong[Math.floor(wrong.length / 2)] ^= 1;
  const bad = join(folder, "bad.qyx");
  writeFileSync(bad, wrong);
  const refused = quanyu("exchange", "import", bad, "--data", outer);
  assert.equal(refused.code, 1);
  assert.match(refused.err, /不完整或被改动过/);
  const taken = quanyu("exchange", "import", file, "--data", outer);
  assert.equal(taken.code, 0, taken.err);
  assert.equal(JSON.parse(taken.out).before, false);
  const again = quanyu("exchange", "import", file, "--data", outer);
  assert.equal(JSON.parse(again.out).before, true);

  // The way back, through the page.
  const back = JSON.parse(quanyu("exchange", "export", "--data", outer, "--out", folder).out);
  const bytes = readFileSync(back.file);
  const broken = Buffer.from(bytes);
  broken[broken.length - 1] ^= 1;
  const send = async (buffer) => {
    await page.locator("#x-file").setInputFiles({ name: "package.qyx", mimeType: "application/octet-stream", buffer });
    await page.getByRole("button", { name: "验证并收包" }).click();
  };
  await send(broken);
  await page.getByText(/不完整或被改动过/).first().waitFor();
  // The browser notes the refusal of the form as an error of the network.
  page.troubles = page.troubles.filter((it) => !it.includes("422"));
  await look(page, "exchange-refused-1440");
  await send(bytes);
  await page.getByText(/第 1 包已收/).waitFor();
  await look(page, "exchange-in-1440");
  await page.context().close();
});
