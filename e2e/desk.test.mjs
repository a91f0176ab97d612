// An officer's morning: the desk, a record taken step by step, one of them on paper, the board, the calendar.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, shoot, sound } from "./lib/browser.mjs";
import { serve, signIn } from "./lib/server.mjs";

let server;
let browser;

before(async () => {
  server = await serve();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  server?.stop();
});

const pages = [
  ["desk", "/desk?period=2023"],
  ["boards", "/boards/visit?period=2023"],
  ["boards-projects", "/boards/plan_project?period=2023"],
  ["calendar", "/calendar?period=2023"],
  ["notices", "/notices?period=2023"],
  ["handover", "/handover?period=2023"],
];

for (const [width, height] of [[1440, 900], [390, 844]]) {
  test(`the rooms of the desk are sound at ${width} pixels`, async () => {
    const page = await open(browser, server.url, { width, height });
    for (const [name, path] of pages) {
      await page.goto(path);
      await shoot(page, `${name}-${width}`);
      await sound(page, `${name} at ${width}`);
    }
  });
}

// Somebody else of the demonstration.
async function as(name) {
  const own = server.cookie;
  const cookie = await signIn(server.url, { name, password: "Yanshi-2024" });
  if (own) await signIn(server.url);
  return open(browser, server.url, { cookie });
}

test("a visit is assigned, answered on paper, sent back with a reason, answered again and closed", async () => {
  const page = await open(browser, server.url);
  const officer = await as("jingban");
  await page.goto("/boards/visit?period=2023");
  const lane = page.locator(".lane", { has: page.locator("h2", { hasText: "已登记" }) });
  const before = Number(await lane.locator(".lane-head b").innerText());
  assert.ok(before > 0, "the demonstration has visits to be assigned");
  await lane.locator("li a").first().click();
  const label = await page.locator("h1").innerText();
  await shoot(page, "steps-noted");
  await sound(page, "the record with its steps");

  // 交办.
  const step = (on, title) => on.locator(".taking", { has: on.locator("summary b", { hasText: new RegExp(`^${title}$`) }) });
  const unfold = async (on, title) => {
    const it = step(on, title);
    if (!(await it.evaluate((it) => it.open))) await it.locator("> summary").click();
    return it;
  };
  await (await unfold(page, "交办")).getByRole("button", { name: "交办", exact: true }).click();
  await page.waitForSelector(".stages .here >> text=办理中");

  // The paper: printed, and as docx.
  const here = page.url();
  await officer.goto(here);
  const replying = await unfold(officer, "答复，送复核");
  const sheet = await replying.locator("a", { hasText: "打印审批单" }).getAttribute("href");
  const docx = await replying.locator("a", { hasText: "审批单 docx" }).getAttribute("href");
  const file = await officer.request.get(docx);
  assert.equal(file.status(), 200);
  assert.equal((await file.body()).subarray(0, 2).toString(), "PK");
  const paper = await as("jingban");
  await paper.goto(sheet);
  await shoot(paper, "sheet");
  await sound(paper, "the sheet to be signed");
  assert.match(await paper.locator(".a4").innerText(), new RegExp(label.slice(0, 6)));
  await paper.emulateMedia({ media: "print" });
  await shoot(paper, "sheet-print");

  // Without its scan a step on paper is refused, and nothing is lost.
  const today = new Date().toISOString().slice(0, 10);
  const answer = async (offline) => {
    const it = await unfold(officer, "答复，送复核");
    const reply = it.getByLabel("办理结果 *");
    if (await reply.count()) await reply.fill("已与相关单位现场协调，三日内解决");
    const day = it.getByLabel("办结日期 *");
    if (await day.count()) await day.fill(today);
    if (offline) {
      await it.locator(".paper > summary").click();
      await it.locator("input[name=offline]").check();
      if (offline === "scan") {
        await it.locator("input[name=file]").setInputFiles({ name: "审批单扫描件.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4\n") });
      }
    }
    await it.getByRole("button", { name: "答复，送复核" }).click();
  };
  await answer("nothing");
  await officer.waitForSelector("text=没有附扫描件");
  officer.troubles.length = 0;
  await officer.goto(here);
  await answer("scan");
  await officer.waitForSelector(".stages .here >> text=待复核");
  const done = officer.locator(".steps .timeline li").first();
  assert.match(await done.innerText(), /线下/);
  const scan = await officer.request.get(await done.locator("a").getAttribute("href"));
  assert.equal((await scan.body()).toString(), "%PDF-1.4\n");

  // 退回 takes a reason; the desk shows it; then it is answered again and closed.
  await page.goto(here);
  const back = await unfold(page, "退回重办");
  await back.getByLabel("理由 *").fill("请补充企业回访情况");
  await back.getByRole("button", { name: "退回重办" }).click();
  await page.waitForSelector(".stages .here >> text=办理中");
  await officer.goto("/desk?period=2023");
  assert.match(await officer.locator("#returned").innerText(), /请补充企业回访情况/);
  await shoot(officer, "desk-returned");
  await officer.goto(here);
  await answer();
  await officer.waitForSelector(".stages .here >> text=待复核");
  await page.goto(here);
  await (await unfold(page, "办结")).getByRole("button", { name: "办结", exact: true }).click();
  await page.waitForSelector(".stages .here >> text=已办结");
  await shoot(page, "steps-closed");
  await sound(page, "the record that ended");
  await page.goto("/boards/visit?period=2023");
  assert.equal(Number(await lane.locator(".lane-head b").innerText()), before - 1);

  // Who was told, and that it was read.
  await officer.goto("/notices?period=2023");
  await shoot(officer, "notices-some");
  await sound(officer, "notices");
  assert.ok(await officer.locator(".bell b").count(), "the frame counts what was not read");
  await officer.getByRole("button", { name: "全部标为已读" }).click();
  await officer.waitForSelector("text=未读 0 条");
  assert.equal(await officer.locator(".bell b").count(), 0);
});

test("a project is accepted only with the opinions that are asked", async () => {
  const [head, officer] = [await open(browser, server.url), await as("jingban")];
  await officer.goto("/boards/plan_project?period=2023");
  const lane = officer.locator(".lane", { has: officer.locator("h2", { hasText: "执行中" }) });
  await lane.locator("li a").first().click();
  const here = officer.url();
  await officer.locator(".taking", { hasText: "申请验收" }).getByRole("button", { name: "申请验收" }).click();
  await officer.waitForSelector(".stages .here >> text=验收中");
  for (const name of ["bangongshi", "caizheng"]) {
    const asked = await as(name);
    await asked.goto(here);
    await shoot(asked, `opinion-${name}`);
    await sound(asked, "an opinion is asked");
    const form = asked.locator("form", { has: asked.locator("legend") });
    await form.getByLabel("同意", { exact: true }).check();
    await form.getByRole("button", { name: "提交意见" }).click();
    await asked.waitForSelector(".opinions .tag.done");
  }
  await head.goto(here);
  await shoot(head, "opinions");
  await head.locator(".taking", { hasText: "通过验收" }).getByRole("button", { name: "通过验收" }).click();
  await head.waitForSelector(".stages .here >> text=已验收");
  await shoot(head, "accepted");
  await sound(head, "the project that was accepted");
});

test("everything works without scripts too", async () => {
  const page = await open(browser, server.url, { scripts: false });
  await page.goto("/desk?period=2023");
  await page.locator("#delegations summary").click();
  await page.getByLabel("代办人（账号） *").fill("jingban");
  const today = new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 10);
  await page.getByLabel("至 *").fill(today);
  await page.getByRole("button", { name: "请人代办" }).click();
  await page.waitForSelector("#delegations >> text=示例经办人");
  await page.getByRole("button", { name: "提前结束" }).click();
  await page.waitForFunction(() => !document.querySelector("#delegations .plain"));
});
