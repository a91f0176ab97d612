// The firms' side on a telephone: from the QR code's link to a figure, an agency by mandate, and a stranger who gets nothing.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, shoot, sound } from "./lib/browser.mjs";
import { serve, signIn } from "./lib/server.mjs";

const PHONE = { width: 390, height: 844 };
const PASSWORD = "Yanshi-2024";

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

// Somebody of the demonstration, on a telephone or at a desk.
async function as(name, screen = PHONE) {
  const own = server.cookie;
  const cookie = await signIn(server.url, { name, password: PASSWORD });
  if (own) server.cookie = await signIn(server.url);
  return open(browser, server.url, { ...screen, cookie });
}

const DESK = { width: 1440, height: 900 };

// Everything is within a thumb's reach: what is pressed is at least 44 pixels high.
async function large(page, name) {
  const small = await page.evaluate(() =>
    [...document.querySelectorAll(".firm-tabs a, .go-bar .btn, .job > a, main input:not([type=hidden]):not([type=checkbox]):not(.unseen), main select")]
      .filter((it) => it.getClientRects().length && it.getBoundingClientRect().height < 44)
      .map((it) => it.outerHTML.slice(0, 90)),
  );
  assert.deepEqual(small, [], `${name} has what is hard to hit`);
}

async function whole(page, name) {
  await shoot(page, name);
  await sound(page, name);
  await large(page, name);
  const officers = await page.locator("nav.rooms, form.where, form.find").count();
  assert.equal(officers, 0, `${name} shows rooms of staff`);
}

async function fill(page, label, text) {
  await page.getByLabel(label, { exact: false }).first().fill(text);
}

let record;

test("an officer's page has the code of a call, and only of our own pages", async () => {
  const officer = await as("jingban", DESK);
  await officer.goto("/registers/call");
  await officer.locator("tr", { hasText: "年度企业研发投入预报" }).locator("a").first().click();
  await officer.getByText("二维码", { exact: true }).click();
  const picture = officer.locator(".qr img");
  const source = await picture.getAttribute("src");
  assert.match(decodeURIComponent(source), /\/qr\.svg\?to=\/my\/matters\/\d+$/);
  await officer.waitForFunction(() => document.querySelector(".qr img").naturalWidth > 0);
  await shoot(officer, "call-code-1440");
  await sound(officer, "the call with its code");
  const elsewhere = await officer.request.get("/qr.svg?to=https%3A%2F%2Fevil.example");
  assert.equal(elsewhere.status(), 404);
});

test("an enterprise files its yearly data on a telephone, mends what came back, and the number reaches the figure", async () => {
  // The code's link, before anybody is signed in.
  const officer = await as("jingban", DESK);
  await officer.goto("/registers/call");
  const href = await officer.locator("tr", { hasText: "年度企业研发投入预报" }).locator("a").first().getAttribute("href");
  const call = /\/registers\/call\/(\d+)/.exec(href)[1];
  const firm = await open(browser, server.url, { ...PHONE, cookie: null });
  await firm.goto(`/my/matters/${call}`);
  assert.match(firm.url(), /\/signin\?next=/);
  await shoot(firm, "firms-signin-390");
  await firm.locator("#name").fill("chenghai");
  await firm.locator("#password").fill(PASSWORD);
  await firm.getByRole("button", { name: "登录" }).click();
  await firm.waitForURL(`**/my/matters/${call}`);
  await whole(firm, "firms-matter-390");
  assert.match(await firm.locator("main").innerText(), /企业存续/);

  await firm.goto("/my");
  await whole(firm, "firms-home-390");
  await firm.goto("/my/profile");
  await whole(firm, "firms-profile-390");
  assert.match(await firm.locator("main").innerText(), /示例澄海电子有限公司/);

  // The form: what is known is there, and says from where.
  await firm.goto(`/my/matters/${call}`);
  await firm.getByRole("link", { name: "开始填报" }).click();
  await whole(firm, "firms-form-390");
  const text = await firm.locator("main").innerText();
  assert.match(text, /上期 4,?100,?000/);
  assert.match(text, /研发投入预报表 · 2025 · 预计研发费用/);
  assert.match(text, /企业填报/);

  // A draft is kept; a jump asks for its reason; nothing is lost.
  await fill(firm, "预计营业收入", "5800万");
  await fill(firm, "预计研发费用", "690万");
  await firm.getByRole("button", { name: "存草稿" }).last().click();
  await firm.waitForURL(/done=kept/);
  record = /\/my\/records\/(\w+\/\d+)/.exec(firm.url())[1];
  await firm.getByRole("link", { name: "填写、修改并提交" }).click();
  await firm.getByRole("button", { name: "提交" }).click();
  await firm.locator("[data-faults]").waitFor();
  assert.match(await firm.locator("[data-faults]").innerText(), /变动原因.*68\.3%/s);
  // The answer that something is missing is told on the console as well.
  assert.match(firm.troubles.splice(0).join(), /^Failed to load resource: .* 422 .*$/);
  await whole(firm, "firms-jump-390");
  await fill(firm, "变动原因", "新增海洋浮标产线，研发人员增加");
  await firm.getByRole("button", { name: "提交" }).click();
  await firm.waitForURL(/done=submitted/);
  await whole(firm, "firms-submitted-390");
  assert.match(await firm.locator("main").innerText(), /待街道核对/);
  // What was handed in is no longer the firm's to change.
  const late = await firm.request.get(`/my/records/${record}/edit`);
  assert.equal(late.status(), 403);

  // The officer sends it back with the reason.
  await officer.goto(`/registers/${record}`);
  const back = officer.locator("details.taking", { hasText: "退回修改" });
  await back.locator("summary").first().click();
  await back.locator('input[name="note"]').fill("研发费用请按辅助账口径核对");
  await back.getByRole("button", { name: "退回修改" }).click();
  await officer.locator(".timeline", { hasText: "退回修改" }).first().waitFor();

  // The firm is told, mends and hands in again.
  await firm.goto("/my/notices");
  assert.match(await firm.locator("main").innerText(), /研发费用请按辅助账口径核对/);
  await whole(firm, "firms-notices-390");
  await firm.goto("/my");
  await whole(firm, "firms-returned-390");
  await firm.getByRole("link", { name: /研发投入预报 2026/ }).first().click();
  await firm.getByRole("link", { name: "填写、修改并提交" }).click();
  await fill(firm, "预计研发费用", "655万");
  await firm.getByRole("button", { name: "提交" }).click();
  await firm.waitForURL(/done=submitted/);

  // Checked, confirmed: the number reaches the figure.
  for (const step of ["核对无误", "确认"]) {
    await officer.goto(`/registers/${record}`);
    const taking = officer.locator("details.taking", { hasText: step }).first();
    if (!(await taking.getAttribute("open").then((it) => it !== null))) await taking.locator("summary").first().click();
    await taking.getByRole("button", { name: step, exact: true }).click();
    await officer.locator(".timeline", { hasText: step }).first().waitFor();
  }
  const figures = await officer.request.get("/api/v1/figures?indicator=rd_forecast_confirmed&period=2026");
  assert.match(await figures.text(), /6550000/);
  await firm.goto(`/my/records/${record}`);
  await whole(firm, "firms-confirmed-390");
  assert.match(await firm.locator("main").innerText(), /已确认/);
});

test("an enterprise asks for a correction and is answered", async () => {
  const firm = await as("chenghai");
  await firm.goto("/my/profile");
  await firm.getByRole("link", { name: "申请更正 注册地址" }).click();
  await whole(firm, "firms-correct-390");
  await firm.getByLabel(/应为/).fill("示例路18号302室");
  await firm.getByRole("button", { name: "提交" }).click();
  await firm.waitForURL(/done=asked/);
  await whole(firm, "firms-correction-390");
  const at = /\/my\/records\/(\w+\/\d+)/.exec(firm.url())[1];
  const officer = await as("jingban", DESK);
  await officer.goto(`/registers/${at}`);
  assert.match(await officer.locator("main").innerText(), /示例路18号302室/);
  const taking = officer.locator("details.taking", { hasText: "已在台账更正" }).first();
  await taking.getByRole("button", { name: "已在台账更正" }).click();
  await officer.locator(".timeline", { hasText: "已在台账更正" }).first().waitFor();
  await firm.goto("/my/records");
  assert.match(await firm.locator("main").innerText(), /已更正/);
  await whole(firm, "firms-records-390");
});

test("an agency acts by mandate in the matters named, by whom and for whom is noted, and ends with it", async () => {
  const agency = await as("hongtu");
  await agency.goto("/my");
  assert.doesNotMatch(await agency.locator("main").innerText(), /澄海/);

  const firm = await as("chenghai");
  await firm.goto("/my/mandates");
  await firm.getByLabel(/服务机构/).fill("示例鸿途科技服务有限公司");
  await firm.getByLabel("科技项目与资金申报").check();
  const year = new Date().getFullYear() + 1;
  await firm.getByLabel(/截止日期/).fill(`${year}-06-30`);
  await firm.getByRole("button", { name: "授权", exact: true }).click();
  await firm.getByText("有效").first().waitFor();
  await whole(firm, "firms-mandates-390");

  await agency.goto("/my");
  await whole(agency, "agency-choose-390");
  await agency.getByRole("link", { name: /澄海/ }).click();
  await whole(agency, "agency-home-390");
  assert.match(await agency.locator(".acting").innerText(), /受托办理/);
  // Only what the mandate names: neither the yearly data nor mandates of the firm.
  const text = await agency.locator("main").innerText();
  assert.match(text, /海洋传感专项申报/);
  assert.doesNotMatch(text, /研发投入预报/);
  assert.equal((await agency.request.get(`/my/records/${record}${new URL(agency.url()).search}`)).status(), 404);

  await agency.getByRole("link", { name: /海洋传感专项申报/ }).click();
  await agency.getByRole("link", { name: "开始填报" }).click();
  await fill(agency, "项目名称", "示例浮标自校准传感器");
  await fill(agency, "主要内容", "研制可自校准的海洋浮标传感器。");
  await fill(agency, "总投入", "300万");
  await fill(agency, "申请资助", "80万");
  await agency.locator('input[type="file"]').first().setInputFiles({
    name: "申报书.pdf",
    mimeType: "application/pdf",
    buffer: Buffer.from("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"),
  });
  await agency.getByRole("button", { name: "提交" }).click();
  await agency.waitForURL(/done=submitted/);
  await whole(agency, "agency-submitted-390");
  const done = /\/my\/records\/(\w+\/\d+)/.exec(agency.url())[1];
  // By whom and for whom: the firm sees it, and so does the officer.
  await firm.goto(`/my/records/${done}`);
  assert.match(await firm.locator(".timeline").innerText(), /示例鸿途代办员.*示例澄海传感科技有限公司/s);
  await whole(firm, "firms-by-agency-390");

  // Ended: at once nothing is left.
  await firm.goto("/my/mandates");
  await firm.getByRole("button", { name: /撤销/ }).click();
  await firm.getByText("已撤销").first().waitFor();
  for (const path of [`/my/records/${done}`, `/api/v1/registers/${done.replace("/", "/records/")}`]) {
    const after = await agency.request.get(path);
    assert.equal(after.status(), 404, path);
  }
  await agency.goto("/my");
  assert.doesNotMatch(await agency.locator("main").innerText(), /澄海/);
});

test("figures asked of a firm by a list and a code are answered on its telephone", async () => {
  const officer = await as("kezhang", DESK);
  await officer.goto("/lists");
  await officer.getByLabel("粘贴名单").fill("示例澄海传感科技有限公司");
  await officer.getByLabel("名单名称").fill("报数的企业");
  await officer.getByRole("button", { name: "开始比对" }).click();
  await officer.waitForURL(/\/lists\/\d+/);
  await officer.goto("/collections/new?register=firm_year&period=2024");
  await officer.getByLabel("任务名称 *").fill("企业年度数据补报");
  await officer.getByLabel("或指定截止日期").fill("2099-01-08");
  await officer.evaluate(() => document.querySelectorAll('input[name="party"]').forEach((it) => (it.checked = false)));
  for (const item of ["revenue", "staff"]) await officer.locator(`input[name="item"][value="${item}"]`).check();
  await officer.locator('select[name="list"]').selectOption({ index: 1 });
  await officer.locator("#c-blank").fill("1");
  await officer.getByRole("button", { name: "发起", exact: true }).click();
  await officer.waitForURL(/\/collections\/\d+/);
  await officer.getByText("二维码", { exact: true }).click();
  const code = new URL(await officer.locator(".qr img").getAttribute("src"), server.url).searchParams.get("to");
  assert.match(code, /^\/my\/asked\/\d+$/);

  const firm = await as("chenghai");
  await firm.goto("/my");
  assert.match(await firm.locator("main").innerText(), /企业年度数据补报/);
  await firm.goto(code);
  await firm.waitForURL(/\/collections\/\d+\/\d+/);
  await whole(firm, "firms-asked-390");
  const boxes = firm.locator('main input[name^="v."]');
  for (let at = 0; at < (await boxes.count()); at++) {
    const label = await boxes.nth(at).getAttribute("aria-label");
    if (/营业收入/.test(label)) await boxes.nth(at).fill("5300万");
    else if (/从业/.test(label)) await boxes.nth(at).fill("88");
    else if (/年度/.test(label)) await boxes.nth(at).fill("2024");
    else if (/企业/.test(label)) await boxes.nth(at).fill("示例澄海传感科技有限公司");
  }
  await firm.getByRole("button", { name: "报送", exact: true }).click();
  await firm.getByText("已报").first().waitFor();
  await whole(firm, "firms-answered-390");
  // Another firm has no part in it.
  const other = await as("qiye");
  assert.ok([403, 404].includes((await other.request.get(new URL(firm.url()).pathname)).status()));
  assert.equal((await other.request.get(code)).status(), 404);
});

test("a stranger gets nothing: neither without a session nor with another firm's", async () => {
  const paths = ["/my", "/my/profile", "/my/matters", "/my/records", `/my/records/${record}`, `/my/records/${record}/edit`, "/my/notices", "/my/asked", "/my/mandates", "/qr.svg?to=/my"];
  const nobody = await open(browser, server.url, { ...PHONE, cookie: null });
  for (const path of paths) {
    const answer = await nobody.request.get(path, { maxRedirects: 0 });
    assert.equal(answer.status(), 303, path);
    assert.match(answer.headers().location, /^\/signin/, path);
  }
  const other = await as("qiye");
  const shown = async (path) => (await other.request.get(path)).text();
  for (const path of paths) assert.doesNotMatch(await shown(path), /澄海|浮标/, path);
  for (const path of [`/my/records/${record}`, `/my/records/${record}/edit`, `/api/v1/registers/${record.replace("/", "/records/")}`]) {
    assert.equal((await other.request.get(path)).status(), 404, path);
  }
  const ids = await (await other.request.get("/api/v1/registers/organization/records")).json();
  assert.equal((ids.records ?? ids.rows).length, 1, "a firm sees one organization: its own");
  // Another's number in the address is no way in.
  const mine = (ids.records ?? ids.rows)[0].id;
  for (const id of [mine + 1, mine + 2, 0, -1, "x"]) {
    const answer = await other.request.get(`/my/profile?for=${id}`);
    assert.ok([403, 404].includes(answer.status()), `for=${id}: ${answer.status()}`);
  }
  // Nor does a program of theirs reach what only staff send.
  for (const path of ["/registers/rd_forecast/import", "/registers/rd_forecast/bulk", "/registers/rd_forecast/new"]) {
    const sent = await other.request.post(path, { multipart: { csrf: "x" }, headers: { origin: server.url } });
    assert.equal(sent.status(), 403, path);
  }
  // Rooms of staff are not shown to firms.
  for (const path of ["/", "/desk", "/registers", "/collections", "/search?q=x"]) {
    await other.goto(path);
    assert.equal(new URL(other.url()).pathname, "/my", path);
  }
});

test("the firms' side speaks English and holds without scripts and on a wide screen", async () => {
  const firm = await as("chenghai", DESK);
  for (const [name, path] of [["home", "/my"], ["matters", "/my/matters"], ["records", "/my/records"], ["profile", "/my/profile"]]) {
    await firm.goto(`${path}?lang=en`);
    await whole(firm, `firms-${name}-en-1440`);
    assert.equal(await firm.locator("html").getAttribute("lang"), "en");
  }
});
