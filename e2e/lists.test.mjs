// Two whole flows in a real browser: a list of names matched, settled, written and taken back; figures asked of streets and confirmed.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, shoot, sound } from "./lib/browser.mjs";
import { serve, signIn, someone } from "./lib/server.mjs";

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

// A page at both widths as an officer sees it.
async function look(path, name) {
  for (const width of [1440, 390]) {
    const page = await open(browser, server.url, { width });
    await page.goto(path);
    await sound(page, `${name} at ${width}`);
    await shoot(page, `${name}-${width}`);
    await page.context().close();
  }
}

test("a list with names only is matched, settled, written as qualifications and taken back", async () => {
  // Lists of recognised enterprises are entered by an officer.
  await signIn(server.url, { ...someone, name: "jingban" });
  const page = await open(browser, server.url);
  const told = await (await page.request.get("/api/v1/registers/organization/records?limit=3")).json();
  const names = told.records.map((it) => it.fields.name);
  await page.goto("/lists");
  await page.getByLabel("粘贴名单").fill(`${names[0]}\n${names[1].replace("有限公司", "有限公斯")}\n北原没有这一家有限公司`);
  await page.getByLabel("名单名称").fill("浏览器里的名单");
  await page.getByRole("button", { name: "开始比对" }).click();
  await page.waitForURL(/\/lists\/\d+/);
  const list = new URL(page.url()).pathname;
  await look(list, "list");
  assert.match(await page.locator(".chips").first().innerText(), /已匹配\s*1[\s\S]*待核\s*1[\s\S]*未匹配\s*1/);
  await page.locator("fieldset input[type=radio]").first().check();
  await page.locator(".save input[name=remember]").check();
  await page.getByRole("button", { name: "保存确认结果" }).click();
  assert.match(await page.locator(".chips").first().innerText(), /已匹配\s*2/);
  await page.getByRole("link", { name: "写入资质台账" }).click();
  await page.getByLabel("资质类别 *").selectOption({ index: 1 });
  await page.getByLabel("有效期起 *").fill("2024-02-29");
  await page.getByLabel("公布文号").fill("示例〔2024〕8号");
  await page.getByRole("button", { name: "先核对" }).click();
  await page.getByText("2 家单位：新增 2 条").waitFor();
  await look(`${list}/qualify`, "qualify");
  await page.getByRole("button", { name: "确认写入" }).click();
  await page.getByText("2 条，已写入").waitFor();
  await page.getByRole("button", { name: "整批撤销" }).click();
  await page.getByText("2 条，已撤销").waitFor();
  await look("/lists", "lists");
  await page.context().close();
});

test("figures are asked of streets, reported in the browser and by workbook, and confirmed", async () => {
  await signIn(server.url);
  const page = await open(browser, server.url);
  await page.goto("/collections/new?period=2023");
  await look("/collections/new?period=2023", "collection-new");
  await page.getByLabel("任务名称 *").fill("浏览器里的报数");
  await page.getByLabel("或指定截止日期").fill("2099-01-08");
  await page.getByLabel("研发投入认定数", { exact: true }).check();
  await page.getByRole("button", { name: "发起", exact: true }).click();
  await page.waitForURL(/\/collections\/\d+/);
  const request = new URL(page.url()).pathname;
  const first = page.locator("tbody th a").first();
  await first.click();
  await page.locator("input[name='v.0.0']").fill("不少");
  await page.getByRole("button", { name: "报送", exact: true }).click();
  await page.locator(".wrong").waitFor();
  await page.locator("input[name='v.0.0']").fill("1.2亿元");
  await page.getByRole("button", { name: "报送", exact: true }).click();
  await page.waitForURL(new RegExp(`${request}/0`));
  await look(`${request}/0`, "collection-part");
  await page.goto(request);
  await page.getByRole("button", { name: /确认全部已报/ }).click();
  await page.locator("tbody .tag.done").first().waitFor();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "下载报送表" }).nth(1).click(),
  ]);
  // Nobody filled it in: it is known all the same, and said to be empty.
  await page.locator("input[type=file]").setInputFiles(await download.path().then(async (path) => ({
    name: "副本(1).xlsx",
    mimeType: "application/octet-stream",
    buffer: (await import("node:fs")).readFileSync(path),
  })));
  await page.getByRole("button", { name: "合并" }).click();
  await page.getByText("未合并").waitFor();
  await look(request, "collection");
  await look("/collections", "collections");
  await page.context().close();
});
