// An officer's day, from the morning to the evening, one step after the other on one district: last year's workbook with errors,
// a recognition list, figures from the streets, an approval on paper, an export, and a number traced to its record.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { launch, open, shoot, sound } from "./lib/browser.mjs";
import { serve, signIn } from "./lib/server.mjs";
import { parts, sheet, typed } from "./lib/xlsx.mjs";

let server;
let browser;
const people = {};

before(async () => {
  server = await serve();
  browser = await launch();
  for (const name of ["kezhang", "jingban", "jiedao"]) people[name] = await signIn(server.url, { name, password: "Yanshi-2024" });
});

after(async () => {
  await browser?.close();
  server?.stop();
});

const as = (name, size = {}) => open(browser, server.url, { cookie: people[name], ...size });
const bytes = async (download) => readFileSync(await download.path());
const fetched = async (page, act) => (await Promise.all([page.waitForEvent("download"), act()]))[0];

// A page as it is at a desk and on a phone, by this person.
async function look(name, path, title) {
  for (const [width, height] of [[1440, 900], [390, 844]]) {
    const page = await as(name, { width, height });
    await page.goto(path);
    await shoot(page, `day-${title}-${width}`);
    await sound(page, `${title} at ${width}`);
    await page.context().close();
  }
}

test("an officer's day", async (day) => {
  const page = await as("jingban");
  const total = async () => {
    const told = await (await page.request.get("/api/v1/figures?indicator=tech_contract_value&period=2023")).json();
    return told.figures[0].value;
  };
  let firms;
  let added;

  await day.test("the morning begins at the desk", async () => {
    await page.goto("/desk?period=2023");
    await sound(page, "the desk");
    await look("jingban", "/desk?period=2023", "1-desk");
    firms = (await (await page.request.get("/api/v1/registers/organization/records?limit=4")).json()).records.map((it) => it.fields.name);
  });

  await day.test("last year's workbook comes in: its errors are seen, mended in the workbook that came back, and confirmed", async () => {
    const head = "合同登记编号,合同类别,卖方名称,合同成交额（万元）,登记日期";
    const kind = (await (await page.request.get("/registers/tech_contract/new?period=2023")).text()).match(/id="f-kind"[\s\S]*?<option value="[a-z_]+"[^>]*>([^<]+)/)[1];
    const rows = [`DAY-1,${kind},${firms[0]},120.5,2023-03-14`, `DAY-2,${kind},没有这一家公司,80,2023-02-30`, `DAY-3,${kind},${firms[1]},约一百,2023-06-01`];
    const csv = (all) => ({ name: "2023年技术合同.csv", mimeType: "text/csv", buffer: Buffer.from(`${head}\n${all.join("\n")}\n`) });
    const before = await total();
    await page.goto("/registers/tech_contract/import?period=2023");
    await page.locator("#file").setInputFiles(csv(rows));
    await page.getByRole("button", { name: "检查" }).click();
    await page.waitForSelector("td.bad-cell");
    assert.equal(await page.locator("td.bad-cell").count(), 3);
    await look("jingban", new URL(page.url()).pathname, "2-import-errors");
    // The faults go home as a workbook with the reason in each cell.
    const faults = await bytes(await fetched(page, () => page.locator("a[download]").first().click()));
    const told = [...sheet(faults).values()].flatMap((it) => Object.values(it)).join("\n");
    assert.match(told, /约一百/);
    await shoot(page, "day-2-import-errors");
    rows[1] = `DAY-2,${kind},${firms[2]},80,2023-02-28`;
    rows[2] = `DAY-3,${kind},${firms[1]},100,2023-06-01`;
    await page.goto("/registers/tech_contract/import?period=2023");
    await page.locator("#file").setInputFiles(csv(rows));
    await page.getByRole("button", { name: "检查" }).click();
    await page.waitForSelector(".samples li");
    await look("jingban", new URL(page.url()).pathname, "3-import-mended");
    await page.getByRole("button", { name: "确认导入" }).click();
    await page.waitForSelector('form[action*="/undo"]');
    await sound(page, "the import done");
    added = (await total()) - before;
    assert.equal(added, 3_005_000, "the figure grew by what the workbook says");
  });

  await day.test("a recognition list is matched and becomes qualifications", async () => {
    await page.goto("/lists?period=2023");
    await page.getByLabel("粘贴名单").fill(`${firms[0]}\n${firms[1].replace("有限公司", "有限公斯")}\n示例省外来客有限公司`);
    await page.getByLabel("名单名称").fill("第一批认定名单");
    await page.getByRole("button", { name: "开始比对" }).click();
    await page.waitForURL(/\/lists\/\d+/);
    const list = new URL(page.url()).pathname;
    await look("jingban", list, "4-list");
    await page.locator("fieldset input[type=radio]").first().check();
    await page.getByRole("button", { name: "保存确认结果" }).click();
    assert.match(await page.locator(".chips").first().innerText(), /已匹配\s*2/);
    await page.getByRole("link", { name: "写入资质台账" }).click();
    await page.getByLabel("资质类别 *").selectOption({ index: 1 });
    await page.getByLabel("有效期起 *").fill("2024-02-29");
    await page.getByLabel("公布文号").fill("示例〔2024〕8号");
    await page.getByRole("button", { name: "先核对" }).click();
    await page.getByText("2 家单位：新增 2 条").waitFor();
    await page.getByRole("button", { name: "确认写入" }).click();
    await page.getByText("2 条，已写入").waitFor();
  });

  await day.test("streets are asked: one answers at its desk, one by a workbook passed on by hand, and the head confirms", async () => {
    const head = await as("kezhang");
    await head.goto("/collections/new?period=2023");
    await head.getByLabel("任务名称 *").fill("年度研发投入报数");
    await head.getByLabel("或指定截止日期").fill("2099-01-08");
    await head.getByLabel("研发投入认定数", { exact: true }).check();
    await head.getByRole("button", { name: "发起", exact: true }).click();
    await head.waitForURL(/\/collections\/\d+/);
    const request = new URL(head.url()).pathname;

    const street = await as("jiedao");
    await street.goto("/desk?period=2023");
    await look("jiedao", "/desk?period=2023", "5-street-desk");
    const asked = street.locator("#asked .duty", { hasText: "年度研发投入报数" });
    assert.match(await asked.innerText(), /填报/);
    await asked.click();
    await street.waitForURL(new RegExp(`${request}/\\d+`));
    const own = Number(new URL(street.url()).pathname.split("/").pop());
    await street.locator("input[name='v.0.0']").fill("1.2亿元");
    await look("jiedao", new URL(street.url()).pathname, "6-street-answers");
    await street.getByRole("button", { name: "报送", exact: true }).click();
    await street.locator(".headline .tag", { hasText: "已报" }).waitFor();
    await street.goto("/desk?period=2023");
    assert.equal(await street.locator("#asked .duty").count(), 0, "what is answered waits no more");

    // Another street has no account: its workbook goes by hand, with its locked cells, and comes back under another name.
    await head.goto(request);
    const other = own === 0 ? 1 : 0;
    const made = await bytes(await fetched(head, () => head.locator(`a[href*="${request}/${other}/xlsx"]`).first().click()));
    assert.match(parts(made)["xl/worksheets/sheet1.xml"].toString(), /<sheetProtection/, "only what is asked can be typed");
    const [row] = [...sheet(made)].find(([, cells]) => cells.A === "1");
    const back = typed(made, { [`F${row}`]: "8600万元", [`G${row}`]: "新引进两家研发机构" });
    const file = (name, buffer) => ({ name, mimeType: "application/octet-stream", buffer });
    const elsewhere = Buffer.from(back);
    await head.locator("input[type=file]").setInputFiles([file("最终版(2).xlsx", elsewhere), file("别的表.xlsx", made.subarray(0, 200))]);
    await head.getByRole("button", { name: "合并" }).click();
    await head.getByText("未合并").waitFor();
    await shoot(head, "day-7-merged");
    await sound(head, "what was merged");

    await head.goto("/desk?period=2023");
    const waits = head.locator("#asked .duty", { hasText: "年度研发投入报数" });
    assert.match(await waits.innerText(), /确认/);
    await shoot(head, "day-7-head-desk");
    await waits.click();
    await look("kezhang", request, "7-collection");
    await head.getByRole("button", { name: /确认全部已报/ }).click();
    await head.locator("tbody .tag.done").nth(1).waitFor();
    await head.context().close();
    await street.context().close();
  });

  await day.test("an approval goes over paper: printed, signed, its scan sent up", async () => {
    const head = await as("kezhang");
    await head.goto("/boards/visit?period=2023");
    await look("kezhang", "/boards/visit?period=2023", "8-board");
    await head.locator(".lane", { has: head.locator("h2", { hasText: "已登记" }) }).locator("li a").first().click();
    const step = async (on, title) => {
      const it = on.locator(".taking", { has: on.locator("summary b", { hasText: new RegExp(`^${title}$`) }) });
      if (!(await it.evaluate((it) => it.open))) await it.locator("> summary").click();
      return it;
    };
    await (await step(head, "交办")).getByRole("button", { name: "交办", exact: true }).click();
    await head.waitForSelector(".stages .here >> text=办理中");
    await page.goto(head.url());
    const answer = await step(page, "答复，送复核");
    const paper = await answer.locator("a", { hasText: "打印审批单" }).getAttribute("href");
    const printed = await as("jingban");
    await printed.goto(paper);
    await printed.emulateMedia({ media: "print" });
    await shoot(printed, "day-8-sheet-print");
    const reply = answer.getByLabel("办理结果 *");
    if (await reply.count()) await reply.fill("已现场协调，三日内解决");
    const done = answer.getByLabel("办结日期 *");
    if (await done.count()) await done.fill(new Date().toISOString().slice(0, 10));
    await answer.locator(".paper > summary").click();
    await answer.locator("input[name=offline]").check();
    await answer.locator("input[name=file]").setInputFiles({ name: "审批单（已签字）.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4\n") });
    await answer.getByRole("button", { name: "答复，送复核" }).click();
    await page.waitForSelector(".stages .here >> text=待复核");
    assert.match(await page.locator(".steps .timeline li").first().innerText(), /线下/);
    await look("jingban", new URL(page.url()).pathname, "8-approved");
    await head.context().close();
  });

  await day.test("the list is taken out as it is shown", async () => {
    await page.goto("/registers/tech_contract?period=2023&f.code.has=DAY-");
    await look("jingban", "/registers/tech_contract?period=2023&f.code.has=DAY-", "9-list");
    const href = await page.locator('a[href*="/export?"][href*="xlsx"]').getAttribute("href");
    const rows = sheet(await (await page.request.get(new URL(href, server.url).href)).body());
    const codes = [...rows.values()].flatMap((it) => Object.values(it)).filter((it) => /^DAY-\d$/.test(it));
    assert.deepEqual(codes.sort(), ["DAY-1", "DAY-2", "DAY-3"]);
  });

  await day.test("a number is traced to the record, and the record to the workbook that it came in", async () => {
    // Of the year to the month, of the month to the record.
    await page.goto("/indicators/tech_contract_value?period=2023-03");
    await look("jingban", "/indicators/tech_contract_value?period=2023", "10-figure");
    const one = page.locator("#evidence tbody tr", { hasText: "DAY-1" });
    const here = () => page.locator("#evidence tbody tr").first().innerText();
    for (let more = 0; !(await one.count()) && more < 12; more++) {
      const before = await here();
      await page.locator("#evidence a", { hasText: "下一页" }).click();
      await page.waitForFunction((it) => document.querySelector("#evidence tbody tr").innerText !== it, before);
    }
    await one.locator("a").first().click();
    await page.waitForURL(/\/registers\/tech_contract\/\d+/);
    assert.match(await page.locator("main").innerText(), /1,205,000\.00/);
    assert.match(await page.locator(".timeline").innerText(), /导入/);
    await look("jingban", new URL(page.url()).pathname, "10-record");
    await page.goto("/registers/tech_contract/import?period=2023");
    assert.match(await page.locator("main").innerText(), /2023年技术合同\.csv/);
  });

  assert.deepEqual(page.troubles, []);
  await page.context().close();
});
