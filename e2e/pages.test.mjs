// Every page in a real browser: whole, quiet, accessible, on a phone and on a wall, with and without scripts.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, shoot, shots, sound } from "./lib/browser.mjs";
import * as report from "./lib/report.mjs";
import { serve, signIn, someone } from "./lib/server.mjs";

let server;
let browser;
// Whoever enters documents, targets and tasks.
let officer;

before(async () => {
  server = await serve();
  officer = await signIn(server.url, { ...someone, name: "jingban" });
  await signIn(server.url);
  browser = await launch();
  console.log(`screenshots: ${shots}`);
});

after(async () => {
  await browser?.close();
  server?.stop();
});

// The first card whose number comes from records.
function computed(page) {
  return page.locator(".figure", { has: page.locator(".source", { hasText: "台账数" }) }).first();
}

// The pages there are, found as a reader finds them.
async function rooms(page) {
  await page.goto("/?period=2023");
  const first = async (selector) => page.locator(selector).first().getAttribute("href");
  const indicator = await computed(page).locator(".name a").getAttribute("href");
  const cited = page.locator(".figure", { has: page.locator(".source", { hasText: "引用数" }) });
  const citedHref = (await cited.count()) ? await cited.first().locator("a").getAttribute("href") : null;
  await page.goto(indicator);
  const record = await first("#evidence tbody a");
  const register = await first("#evidence .head a");
  const found = [
    ["cockpit", "/?period=2023"],
    ["indicators", "/indicators?period=2023"],
    ["indicator", indicator],
    ["registers", "/registers?period=2023"],
    ["register", register],
    ["record", record],
    ["compare", "/compare?period=2023"],
    ["read", "/documents/read?period=2023"],
    ["check", "/documents/check?period=2023"],
    ["renew", "/documents/renew?period=2023"],
    ["appraisal", "/appraisal?period=2023"],
    ["board", "/appraisal/board?period=2023"],
    ["tasks", "/appraisal/tasks?period=2023"],
    ["writing", "/writing?period=2023"],
    ["compose", "/writing/compose?period=2023"],
    ["composed", "/writing/compose?document=summary&period=2023&date=2024-01-08"],
    ["changed", "/writing/changed?period=2023"],
    ["plan", "/appraisal/plan?period=2023"],
    ["reports", "/reports?period=2023"],
    ["tour", "/tour?period=2023"],
    ["search", "/search?q=%E6%8A%80%E6%9C%AF&period=2023"],
    ["styleguide", "/_styleguide?period=2023"],
  ];
  if (citedHref) found.push(["cited", citedHref]);
  return found;
}

test("every page fits its screen, is quiet and passes axe, from a phone to a wall, in both languages", async () => {
  const scout = await open(browser, server.url);
  const all = await rooms(scout);
  await scout.context().close();
  for (const width of [1440, 390]) {
    const page = await open(browser, server.url, { width });
    for (const [name, path] of all) {
      await page.goto(path);
      await page.waitForTimeout(name === "cockpit" || name === "styleguide" ? 500 : 50);
      await sound(page, `${name} at ${width}`);
      await shoot(page, `${name}-${width}`);
    }
    await page.context().close();
  }
  for (const [width, language] of [[360, "zh"], [2560, "en"]]) {
    const page = await open(browser, server.url, { width });
    for (const [name, path] of all) {
      await page.goto(`${path}&lang=${language}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(wide <= 0, `${name} at ${width} is wider than the screen by ${wide} px`);
      await shoot(page, `${name}-${width}-${language}`);
    }
    await sound(page, `the last page in ${language}`);
    await page.context().close();
  }
});

test("a number on the cockpit is clicked down to a record and what was done to it", async () => {
  const page = await open(browser, server.url);
  await page.goto("/?period=2023");
  const card = computed(page);
  const value = (await card.locator(".value span").first().innerText()).trim();
  await card.locator(".name a").click();
  assert.equal((await page.locator(".figure-big .value").innerText()).trim(), value);
  await page.locator("#evidence tbody a").first().click();
  assert.match(page.url(), /\/registers\/[a-z_]+\/\d+\?/);
  assert.ok((await page.locator(".timeline li").count()) > 0, "the record shows its history");
  assert.match(page.url(), /region=\d+&period=2023/);
  await page.context().close();
});

test("a register is sorted and paged in place, and its address says so", async () => {
  const page = await open(browser, server.url);
  const [, register] = (await rooms(page)).find(([name]) => name === "register");
  await page.goto(register);
  const ids = () => page.locator("#list tbody tr td:first-child").allInnerTexts();
  const before = await ids();
  await page.locator("#list thead a.sort").first().click();
  await page.waitForURL(/sort=/);
  await page.waitForSelector("#list th[aria-sort]");
  const next = page.locator("#list a[rel=next]");
  if (await next.count()) {
    const sorted = await ids();
    await next.click();
    await page.waitForURL(/after=/);
    await page.waitForFunction((first) => document.querySelector("#list tbody td")?.innerText !== first, sorted[0]);
    const second = await ids();
    assert.equal(second.filter((it) => sorted.includes(it)).length, 0, "a page repeats none of the one before");
    await page.goBack();
    await page.waitForURL((url) => !url.search.includes("after="));
  }
  assert.ok(before.length > 0);
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

test("search opens with a slash and finds while typing", async () => {
  const page = await open(browser, server.url);
  await page.goto("/?period=2023");
  // The slash is heard once the scripts have run; on a busy machine that is after the page has loaded.
  await page.waitForFunction(() => window.htmx !== undefined);
  await page.keyboard.press("/");
  await page.waitForFunction(() => document.activeElement?.getAttribute("name") === "q");
  await page.keyboard.type("技术", { delay: 50 });
  await page.waitForSelector("#hits a");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/(indicators|registers)\//);
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

test("region, period and language are chosen in the frame and stay", async () => {
  const page = await open(browser, server.url);
  await page.goto("/indicators?period=2023");
  await page.selectOption("select[name=period]", "2023H1");
  await page.waitForURL(/period=2023H1/);
  await page.click("a.tongue");
  assert.equal(await page.getAttribute("html", "lang"), "en");
  await page.locator(".rooms a").first().click();
  assert.equal(await page.getAttribute("html", "lang"), "en");
  assert.match(page.url(), /period=2023H1/);
  await page.context().close();
});

for (const [kind, file] of [
  ["txt", { name: "示例总结.txt", mimeType: "text/plain", buffer: Buffer.from(report.text) }],
  ["docx", { name: "示例总结.docx", mimeType: "application/octet-stream", buffer: report.docx() }],
]) {
  test(`a ${kind} report is read: mentions in place, each explained beside, by mouse and by keys`, async () => {
    const page = await open(browser, server.url);
    await page.goto("/documents/read?period=2023");
    await page.setInputFiles("input[type=file]", file);
    await page.click("form.drop button");
    await page.waitForSelector(".reading");
    const marks = page.locator(".mark");
    assert.ok((await marks.count()) >= 10, "mentions are marked");
    assert.equal(await page.locator(".said").count(), await marks.count());
    assert.ok((await page.locator(".mark.linked").count()) > 0, "some fit an indicator");
    const value = page.locator(".mark", { hasText: "52.6亿元" });
    await value.click();
    assert.match(await page.locator(".said[aria-current]").innerText(), /52\.6\s*亿元/);
    await page.keyboard.press("j");
    await page.keyboard.press("k");
    assert.match(await page.locator(".said[aria-current]").innerText(), /52\.6\s*亿元/);
    await sound(page, `a ${kind} read`);
    await shoot(page, `reading-${kind}-1440`);
    await page.setViewportSize({ width: 390, height: 844 });
    await sound(page, `a ${kind} read on a phone`);
    await shoot(page, `reading-${kind}-390`);
    await page.context().close();
  });
}

test("several reports become one table whose cells open their sentences", async () => {
  const page = await open(browser, server.url);
  await page.goto("/compare?period=2023");
  const other = report.text.replace("52.6", "61.3").replace("示例区", "示范县");
  await page.setInputFiles("input[type=file]", [
    { name: "甲.txt", mimeType: "text/plain", buffer: Buffer.from(report.text) },
    { name: "乙.txt", mimeType: "text/plain", buffer: Buffer.from(other) },
  ]);
  await page.click("form.drop button");
  await page.waitForSelector("table.compare");
  await page.locator(".saying summary").first().click();
  assert.ok(await page.locator(".saying[open] mark").first().isVisible());
  await sound(page, "the comparison");
  await shoot(page, "comparison-1440");
  await page.setViewportSize({ width: 390, height: 844 });
  await sound(page, "the comparison on a phone");
  await shoot(page, "comparison-390");
  await page.context().close();
});

test("without scripts everything reads, filters and is read", async () => {
  const scout = await open(browser, server.url);
  const all = await rooms(scout);
  await scout.context().close();
  const page = await open(browser, server.url, { scripts: false });
  for (const [name, path] of all) {
    await page.goto(path);
    assert.ok(await page.locator("main h1").first().isVisible(), name);
  }
  await page.goto("/?period=2023");
  assert.ok(await page.locator(".chart .drawn svg").first().isVisible(), "the trend is drawn by the server");
  await page.selectOption("header select[name=period]", "2022");
  await page.click("header .where button");
  assert.match(page.url(), /period=2022/);
  await page.goto("/documents/read?period=2023");
  await page.setInputFiles("input[type=file]", { name: "示例.txt", mimeType: "text/plain", buffer: Buffer.from(report.text) });
  await page.click("form.drop button");
  assert.ok((await page.locator(".mark").count()) >= 10);
  await page.locator(".mark").first().click();
  assert.match(page.url(), /#m\d+$/);
  await page.context().close();
});

test("a page is small, and prints without its frame", async () => {
  const page = await open(browser, server.url);
  const sizes = new Map();
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  const names = new Map();
  session.on("Network.responseReceived", (it) => names.set(it.requestId, it.response.url));
  session.on("Network.loadingFinished", (it) => sizes.set(names.get(it.requestId), it.encodedDataLength));
  await page.goto("/?period=2023");
  await page.waitForTimeout(500);
  const bytes = [...sizes].filter(([name]) => !name?.includes("/charts.")).reduce((sum, [, size]) => sum + size, 0);
  assert.ok(bytes < 100_000, `the cockpit takes ${bytes} bytes without charts`);
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator("header.top").isVisible(), false);
  assert.ok(await page.locator(".chart .drawn svg").first().isVisible(), "paper gets the drawn chart");
  await page.pdf({ path: `${shots}/cockpit.pdf`, format: "A4" });
  await page.context().close();
});

test("records, indicators, dossiers, leaderboards and check sheets print on A4 without being shrunk", async () => {
  // A4 less the margins of the browser, at 96 dots an inch.
  const page = await open(browser, server.url, { width: 718 });
  const first = async (list, link) => {
    await page.goto(list);
    return page.locator(link).first().getAttribute("href");
  };
  await page.goto("/tour?period=2023");
  await page.locator(".tour form button").first().click();
  await page.waitForURL(/documents\/check\//);
  const sheet = await page.locator(".acts a.first").getAttribute("href");
  const papers = [
    ["record", await first("/registers/tech_contract?period=2023", "tbody td.num a.link")],
    ["organization", await first("/registers/organization?period=2023", "tbody td.num a.link")],
    ["indicator", "/indicators/tech_contract_value?period=2023"],
    ["appraisal", "/appraisal?period=2023"],
    ["leaderboard", "/appraisal/board?period=2023"],
    ["check sheet", sheet],
  ];
  await page.emulateMedia({ media: "print" });
  for (const [name, address] of papers) {
    assert.ok(address, `${name} is linked`);
    await page.goto(address);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(wide <= 0, `${name} is ${wide} px wider than the paper`);
    assert.equal(await page.locator("header.top").isVisible(), false, `${name} prints its frame`);
    await page.pdf({ path: `${shots}/${name.replace(" ", "-")}.pdf`, format: "A4" });
  }
  await page.context().close();
});

test("papers, targets and tasks are offered to who may enter them, and not to who reads", async () => {
  const offers = async (name) => {
    const page = await open(browser, server.url, { cookie: await signIn(server.url, { ...someone, name }) });
    await page.goto("/appraisal/tasks?period=2023");
    const tasks = await page.locator(".timeline details.step").count();
    const plan = await page.locator(".tabs a", { hasText: "导入计划" }).count();
    await page.goto("/writing?period=2023");
    const papers = await page.locator("#new-title").count();
    await page.goto("/writing/compose?document=summary&period=2023&date=2024-01-08");
    const keeps = await page.locator(".ready button.first").count();
    const refused = (await page.goto("/appraisal/plan")).status();
    await page.context().close();
    return [tasks > 0, plan, papers, keeps, refused];
  };
  for (const name of ["jingban", "kezhang"]) assert.deepEqual(await offers(name), [true, 1, 1, 1, 200], name);
  assert.deepEqual(await offers("juzhang"), [false, 0, 0, 0, 403], "juzhang");
  // Who looks at the pages after this is whoever it was before.
  await signIn(server.url);
});

test("an address that leads nowhere says so and what to do", async () => {
  const page = await open(browser, server.url);
  const answer = await page.goto("/nowhere");
  assert.equal(answer.status(), 404);
  page.troubles.length = 0;
  await sound(page, "the error page");
  await shoot(page, "error-1440");
  await page.click("a.btn.first");
  assert.ok(await page.locator("main h1").isVisible());
  await page.context().close();
});

test("the guided path finds the planted errors and renews last year's summary", async () => {
  for (const width of [1440, 390]) {
    const page = await open(browser, server.url, { width });
    await page.goto("/tour?period=2023");
    await page.locator(".tour form button").first().click();
    await page.waitForURL(/documents\/check\//);
    assert.ok((await page.locator(".mark.differs").count()) >= 4, "four numbers differ");
    assert.ok((await page.locator(".mark.loose").count()) >= 1, "one claim is loose");
    await sound(page, `check ${width}`);
    await shoot(page, `checked-${width}`);
    await page.locator(".acts a.first").click();
    await page.waitForURL(/sheet/);
    await sound(page, `sheet ${width}`);
    await shoot(page, `sheet-${width}`);
    await page.goto("/tour?period=2023");
    await page.locator(".tour form button").nth(1).click();
    await page.waitForURL(/documents\/renew\//);
    assert.ok((await page.locator("table").first().locator("tbody tr").count()) > 30, "numbers are renewed");
    await sound(page, `renewed ${width}`);
    await shoot(page, `renewed-${width}`);
    await page.context().close();
  }
});

test("a summary is looked at, frozen and kept; every number of the paper leads to its release", async () => {
  for (const width of [1440, 390]) {
    const page = await open(browser, server.url, { width, cookie: officer });
    await page.goto("/writing?period=2023");
    await page.locator(".acts a.first").click();
    await page.waitForURL(/writing\/compose/);
    await page.locator(".chips a.chip", { hasText: "年度" }).click();
    await page.waitForURL(/document=/);
    const figures = await page.locator("aside li.release").count();
    assert.ok(figures > 60, `${figures} figures stand beside the text`);
    assert.equal(await page.locator(".sheet .mark").count(), figures, "each stands in the text once");
    await sound(page, `compose ${width}`);
    await shoot(page, `composed-${width}`);
    await page.locator("form[method=post] button.first").click();
    await page.waitForURL(/writing\/\d+/);
    assert.equal(await page.locator(".sheet .mark.counted").count(), 0, "no number without a release");
    assert.ok((await page.locator(".sheet a.mark.linked").count()) >= figures, "each number leads to its release");
    await sound(page, `kept ${width}`);
    await shoot(page, `kept-${width}`);
    await page.context().close();
  }
});

test("a plan is dropped, its targets and tasks are confirmed, and the task stands on the timeline", async () => {
  const plan = [
    "示例区2025年科技工作计划",
    "2025年，全区科技工作围绕创新能力提升，重点抓好以下工作。",
    "一、主要目标",
    "技术合同成交额达到75亿元以上，新增高新技术企业30家。",
    "二、重点任务",
    "（一）建设示例中试基地。6月底前完成选址，12月底前投入使用。责任科室：创新平台科。",
    "（二）修订科技扶持办法。3月底前完成征求意见。责任科室：政策法规科。",
  ].join("\n");
  for (const width of [1440, 390]) {
    const page = await open(browser, server.url, { width, cookie: officer });
    await page.goto("/appraisal/plan?period=2025");
    await page.setInputFiles("input[type=file]", { name: "示例计划.txt", mimeType: "text/plain", buffer: Buffer.from(plan) });
    await page.click("form.drop button");
    await page.waitForSelector(".planread");
    assert.ok((await page.locator("input[name^=t][type=checkbox]").count()) >= 2, "targets are found");
    assert.ok((await page.locator("input[name^=w][type=checkbox]").count()) >= 2, "tasks are found");
    assert.equal(await page.locator("#w0d").inputValue(), "2025-12-31");
    await sound(page, `plan ${width}`);
    await shoot(page, `plan-${width}`);
    await page.click(".planread .sticky button");
    await page.waitForURL(/targets=\d+&tasks=\d+/);
    assert.ok(await page.locator("p.note").first().isVisible());
    await page.goto("/appraisal/tasks?period=2025");
    assert.ok(await page.getByText("建设示例中试基地").first().isVisible());
    await page.context().close();
  }
});
