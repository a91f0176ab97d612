// Registers in a real browser: a record is entered, mended, changed by two people, removed and brought back; a workbook is imported.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, shoot, sound } from "./lib/browser.mjs";
import { serve, signIn, someone } from "./lib/server.mjs";

let server;
let browser;

before(async () => {
  server = await serve();
  // Who enters: a section head confirms what others entered.
  await signIn(server.url, { ...someone, name: "jingban" });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  server?.stop();
});

const day = new Date().toISOString().slice(0, 10);

test("a record is entered by keyboard, checked while typed, saved, changed and its history told", async () => {
  const page = await open(browser, server.url);
  await page.goto("/registers/tech_contract/new?period=2023");
  await page.waitForFunction(() => window.htmx !== undefined);
  await sound(page, "an empty form");
  await page.getByLabel("合同登记编号").fill("E2E-001");
  await page.getByLabel("合同类别").selectOption({ index: 1 });
  await page.getByLabel("合同成交额").fill("12.5万");
  await page.keyboard.press("Tab");
  await page.waitForSelector(".told .right");
  assert.match(await page.locator('[data-path="amount"] .told').innerText(), /125,000\.00 元/);
  await page.getByLabel("技术交易额", { exact: false }).first().fill("约三万");
  await page.keyboard.press("Tab");
  await page.waitForSelector('[data-path="tech_amount"] .wrong');
  await page.locator("#f-tech_amount").fill("");
  // A firm is picked with the keyboard.
  await page.locator("#f-seller").pressSequentially("示例", { delay: 30 });
  await page.waitForSelector('[data-path="seller"] [role=option]');
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  assert.notEqual(await page.locator("#f-seller").inputValue(), "示例");
  await page.waitForFunction(() => document.querySelector('[data-path="seller"] .told')?.innerText !== "");
  await shoot(page, "entry-1440");
  await page.locator("#f-registered_on").fill("昨天");
  await page.keyboard.press("Control+Enter");
  await page.waitForURL(/registers\/tech_contract\/\d+\?/);
  assert.match(await page.locator("main").innerText(), /125,000\.00/);
  await sound(page, "the record made");
  await page.locator("a[data-edit]").click();
  await page.locator("#f-amount").fill("20万");
  await page.getByRole("button", { name: "保存", exact: true }).last().click();
  await page.waitForSelector(".note[role=status]");
  assert.match(await page.locator(".timeline").innerText(), /125,000\.00[\s\S]*200,000\.00/);
  await shoot(page, "record-changed-1440");
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

test("what does not fit comes back with all that was typed, on a phone and without scripts", async () => {
  const page = await open(browser, server.url, { width: 390, scripts: false });
  await page.goto("/registers/tech_contract/new?period=2023");
  await page.locator("#f-code").fill("E2E-002");
  await page.locator("#f-amount").fill("一大笔");
  await page.getByRole("button", { name: "保存", exact: true }).last().click();
  assert.equal(await page.locator("#f-code").inputValue(), "E2E-002");
  assert.equal(await page.locator("#f-amount").inputValue(), "一大笔");
  assert.ok((await page.locator("[data-faults] li").count()) >= 3);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(wide <= 0, `wider than the screen by ${wide}`);
  await shoot(page, "entry-faults-390");
  await page.context().close();
});

test("two people change one record, and neither change is lost", async () => {
  const one = await open(browser, server.url);
  const two = await open(browser, server.url);
  await one.goto("/registers/meeting/new?period=2023");
  await one.locator("#f-title").fill("示例办公会");
  await one.locator("#f-kind").selectOption({ index: 1 });
  await one.locator("#f-held_on").fill(day);
  await one.locator("[data-more]").click();
  await one.getByLabel("事项").last().fill("议题一");
  await one.locator('button[value="save"]').last().click();
  await one.waitForURL(/registers\/meeting\/\d+\?/);
  const record = new URL(one.url()).pathname;
  await one.goto(`${record}/edit`);
  await two.goto(`${record}/edit`);
  await two.locator("#f-present").fill("12");
  await two.locator("#f-minutes").fill("纪要〔2026〕1号");
  await two.locator('button[value="save"]').last().click();
  await two.waitForSelector(".note[role=status]");
  await one.locator("#f-minutes").fill("纪要〔2026〕2号");
  await one.locator('button[value="save"]').last().click();
  await one.waitForSelector(".note.warn table");
  assert.equal(await one.locator("#f-minutes").inputValue(), "纪要〔2026〕2号");
  assert.equal(await one.locator("#f-present").inputValue(), "12");
  assert.match(await one.locator(".note.warn").innerText(), /纪要〔2026〕1号/);
  await shoot(one, "conflict-1440");
  // The browser notes the answer's status; it is the right one.
  assert.match(one.troubles.splice(0).join(), /409/);
  await one.locator('button[value="save"]').last().click();
  await one.waitForSelector(".note[role=status]");
  assert.match(await one.locator("main").innerText(), /纪要〔2026〕2号/);
  await one.getByText("移除", { exact: true }).first().click();
  await one.locator("#why").fill("重复登记");
  await one.locator(".pop button.danger").click();
  await one.waitForSelector(".note[role=status]");
  assert.match(await one.locator("main").innerText(), /重复登记/);
  await sound(one, "a removed record");
  await one.locator("#why").fill("查清并非重复");
  await one.getByRole("button", { name: "恢复" }).click();
  await one.waitForSelector(".note[role=status]");
  assert.match(await one.locator("main").innerText(), /议题一/);
  await one.context().close();
  await two.context().close();
});

test("a workbook is checked, its errors shown in their cells, mended, imported and taken back", async () => {
  const page = await open(browser, server.url);
  await page.goto("/registers/meeting/import?period=2023");
  await sound(page, "the import");
  const csv = (rows) => ({ name: "会议.csv", mimeType: "text/csv", buffer: Buffer.from(`会议名称,类别,召开日期,到会人数\n${rows.join("\n")}\n`) });
  const kind = await (async () => {
    await page.goto("/registers/meeting/new");
    return page.locator("#f-kind option").nth(1).innerText();
  })();
  await page.goto("/registers/meeting/import?period=2023");
  await page.locator("#file").setInputFiles(csv([`示例会一,${kind},2023-05-01,12`, `示例会二,${kind},2023-02-30,约十人`]));
  await page.getByRole("button", { name: "检查" }).click();
  await page.waitForSelector("td.bad-cell");
  assert.equal(await page.locator("td.bad-cell").count(), 2);
  await sound(page, "a preview with errors");
  await shoot(page, "import-faults-1440");
  await page.goto("/registers/meeting/import?period=2023");
  await page.locator("#file").setInputFiles(csv([`示例会一,${kind},2023-05-01,12`, `示例会二,${kind},2023-02-28,10`]));
  await page.getByRole("button", { name: "检查" }).click();
  await page.waitForSelector(".samples li");
  await shoot(page, "import-preview-1440");
  await page.getByRole("button", { name: "确认导入" }).click();
  await page.waitForSelector('form[action*="/undo"]');
  await page.getByRole("link", { name: "查看这批记录" }).click();
  assert.match(await page.locator("#list").innerText(), /示例会一[\s\S]*示例会二/);
  await page.goto("/registers/meeting/import?period=2023");
  await page.getByRole("button", { name: "撤销这次导入" }).first().click();
  await page.waitForSelector(".note[role=status]");
  assert.match(await page.locator("main").innerText(), /已撤销/);
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

test("a line and pasted rows become cells, are looked at and saved together", async () => {
  const page = await open(browser, server.url);
  await page.goto("/registers/event/quick?period=2023");
  await page.locator("#text").fill("5月12日 示例政策宣讲 参加企业32家 150人次\n昨天 示例成果对接会 20家");
  await page.getByRole("button", { name: "识别" }).click();
  await page.waitForSelector("[data-row] .right");
  assert.equal(await page.locator("[data-row]").count(), 2);
  assert.match(await page.locator("[data-row]").first().innerText(), /32/);
  await sound(page, "rows that were read");
  await shoot(page, "quick-1440");
  await page.locator('button[value="save"]').last().click();
  await page.waitForURL(/registers\/event\?/);
  await page.goto("/registers/event?f.title.has=%E7%A4%BA%E4%BE%8B%E6%88%90%E6%9E%9C%E5%AF%B9%E6%8E%A5%E4%BC%9A&f.firms.is=20");
  assert.match(await page.locator("#list").innerText(), /示例成果对接会/);
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

test("a list is narrowed, kept as a view, exported as shown, and many of its records are changed at once", async () => {
  const page = await open(browser, server.url);
  await page.goto("/registers/honour?period=2023");
  await page.getByText("加条件", { exact: true }).first().click();
  await page.locator("#add-field").selectOption("recipient");
  await page.locator("#add-op").selectOption("known");
  await page.locator(".adding button").first().click();
  await page.waitForURL(/f\.recipient\.known=1/);
  await page.getByText("存为视图", { exact: true }).first().click();
  await page.locator("#view-title").fill("有获得者");
  await page.locator(".adding button").last().click();
  await page.waitForSelector('a.chip[aria-current="page"]');
  await sound(page, "a view");
  await shoot(page, "view-1440");
  const href = await page.locator('a[href*="/export?"][href*="xlsx"]').getAttribute("href");
  const file = await page.request.get(new URL(href, server.url).href);
  assert.equal(file.status(), 200);
  assert.ok((await file.body()).length > 2_000);
  await page.locator('#list input[name="record"]').first().check();
  await page.getByRole("button", { name: "批量处理…" }).click();
  await page.waitForSelector(".setting");
  await sound(page, "many at once");
  await shoot(page, "bulk-1440");
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

test("everything about a firm fits a screen, a phone and a sheet of paper", async () => {
  for (const width of [1440, 390]) {
    const page = await open(browser, server.url, { width });
    await page.goto("/registers/firm_year?period=2023");
    const firm = await page.locator('#list td a[href*="/registers/organization/"]').first().getAttribute("href");
    await page.goto(firm);
    await page.getByRole("link", { name: "一企一档" }).click();
    await page.waitForSelector(".dossier");
    await sound(page, `a dossier at ${width}`);
    await shoot(page, `dossier-${width}`);
    const href = await page.getByRole("link", { name: "打包下载" }).getAttribute("href");
    const zip = await page.request.get(new URL(href, server.url).href);
    assert.equal(zip.status(), 200);
    assert.equal((await zip.body()).subarray(0, 2).toString(), "PK");
    await page.goto("/registers/organization/duplicates");
    await sound(page, `duplicates at ${width}`);
    await page.context().close();
  }
});
