// Signing in by a provider of OIDC: the real binary against the npm package oidc-provider on this machine.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import Provider from "oidc-provider";
import { launch, open, shoot, sound } from "./lib/browser.mjs";

const root = resolve(import.meta.dirname, "../..");
const binary = process.env.QUANYU_BIN ?? join(root, "target/debug/quanyu");

let issuer;
let provider;
let folder;
let child;
let url;
let uscc;
let browser;

// Who the provider knows: what each token says.
const people = new Map();

async function free() {
  const it = createServer().listen(0);
  await new Promise((done) => it.once("listening", done));
  const { port } = it.address();
  await new Promise((done) => it.close(done));
  return port;
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "quanyu-oidc-"));
  const data = join(folder, "district");
  const env = { ...process.env, QUANYU_WEB: join(root, "web/dist") };
  const built = spawnSync(binary, ["demo", "--no-serve", "--data", data], { cwd: root, env, encoding: "utf8" });
  assert.equal(built.status, 0, built.stderr);
  const shown = spawnSync(binary, ["export", "organization", "--data", data, "--out", join(folder, "o.csv")], { cwd: root, env, encoding: "utf8" });
  assert.equal(shown.status, 0, shown.stderr);
  const { readFileSync } = await import("node:fs");
  const line = readFileSync(join(folder, "o.csv"), "utf8").split("\n").find((it) => it.includes("示例澄海传感科技有限公司"));
  uscc = /[0-9A-Z]{18}/.exec(line)[0];

  const [port, own] = [await free(), await free()];
  issuer = `http://localhost:${port}`;
  url = `http://localhost:${own}`;
  const idp = new Provider(issuer, {
    clients: [{ client_id: "quanyu", token_endpoint_auth_method: "none", redirect_uris: [`${url}/oidc/province/back`], grant_types: ["authorization_code"], response_types: ["code"] }],
    claims: { openid: ["sub"], corp: ["corp_code", "corp_name"] },
    scopes: ["openid", "corp"],
    pkce: { required: () => true },
    features: { devInteractions: { enabled: true } },
    async findAccount(_, id) {
      return { accountId: id, claims: async () => ({ sub: id, ...people.get(id) }) };
    },
    cookies: { keys: ["only-for-this-test"] },
  });
  provider = idp.listen(port);
  await new Promise((done) => provider.once("listening", done));
  writeFileSync(
    join(folder, "oidc.toml"),
    `[provider.province]
title     = { zh = "示例省法人统一认证", en = "Example province" }
issuer    = "${issuer}"
client_id = "quanyu"
scopes    = ["corp"]
claims    = { uscc = "corp_code", name = "corp_name" }
source    = "示例接口说明"
role      = "firm_agent"
approve   = "automatic"
`,
  );
  child = spawn(binary, ["serve", "--data", data, "--port", String(own), "--oidc", join(folder, "oidc.toml")], { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  await new Promise((found, failed) => {
    const look = (chunk) => {
      printed += chunk;
      if (printed.includes(url)) found();
    };
    child.stdout.on("data", look);
    child.stderr.on("data", look);
    child.on("exit", (code) => failed(new Error(`quanyu ended with ${code}:\n${printed}`)));
  });
  people.set("chenghai-1", { corp_code: uscc, corp_name: "示例澄海传感科技有限公司" });
  people.set("nobody-1", { corp_code: "91990000MA0000000A", corp_name: "示例无码公司" });
  people.set("person-1", { corp_name: "示例自然人" });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  child?.removeAllListeners("exit");
  child?.kill("SIGTERM");
  provider?.close();
  rmSync(folder, { recursive: true, force: true });
});

// From the sign-in page to the provider and back, as this person.
async function through(page, id, path = "/my/profile") {
  await page.goto(`${url}${path}`);
  await page.getByRole("link", { name: "示例省法人统一认证" }).click();
  await page.locator('input[name="login"]').fill(id);
  await page.locator('input[name="password"]').fill("x");
  await page.locator('button[type="submit"]').click();
  await page.locator('button[type="submit"]').click();
  await page.waitForURL(`${url}/**`);
}

const phone = () => open(browser, url, { width: 390, height: 844, cookie: null });

test("a legal person signs in by the province and is at the page that was asked for", async () => {
  const page = await phone();
  await page.goto(`${url}/my/profile`);
  await shoot(page, "oidc-signin-390");
  await sound(page, "the sign-in page with a provider");
  await through(page, "chenghai-1");
  assert.equal(new URL(page.url()).pathname, "/my/profile");
  assert.match(await page.locator("main").innerText(), /示例澄海传感科技有限公司/);
  await shoot(page, "oidc-in-390");
  // A second time it is the same account.
  const again = await phone();
  await through(again, "chenghai-1", "/account");
  assert.match(await again.locator("body").innerText(), /示例澄海传感科技有限公司/);
});

test("whoever has no credit code that holds is not signed in", async () => {
  for (const id of ["nobody-1", "person-1"]) {
    const page = await phone();
    await through(page, id);
    assert.match(await page.locator("body").innerText(), /没有给出有效的统一社会信用代码/);
    const account = await page.request.get(`${url}/account`, { maxRedirects: 0 });
    assert.equal(account.status(), 303, id);
  }
});

test("a way back is used once, by the browser that went out, and leads nowhere else", async () => {
  const page = await phone();
  let back;
  page.on("request", (it) => {
    if (it.url().startsWith(`${url}/oidc/province/back?`)) back = it.url();
  });
  await through(page, "chenghai-1");
  assert.ok(back);
  // Again, by the same browser and by another.
  for (const other of [page, await phone()]) {
    const answer = await other.request.get(back, { maxRedirects: 0 });
    assert.equal(answer.status(), 403);
    assert.match(await answer.text(), /登录已失效/);
  }
  const forged = await page.request.get(`${url}/oidc/province/back?code=abc&state=${"a".repeat(22)}`, { maxRedirects: 0 });
  assert.equal(forged.status(), 403);
  // An address of others is not led on to.
  const out = await page.request.get(`${url}/oidc/province?next=https%3A%2F%2Fevil.example`, { maxRedirects: 0 });
  assert.equal(out.status(), 303);
  assert.ok(out.headers().location.startsWith(`${issuer}/auth?`));
  const asked = new URL(out.headers().location).searchParams;
  assert.equal(asked.get("code_challenge_method"), "S256");
  assert.ok(asked.get("nonce") && asked.get("state"));
  assert.equal(asked.get("redirect_uri"), `${url}/oidc/province/back`);
});

test("a session that was forced upon a browser is not the one that it gets", async () => {
  const page = await phone();
  await page.context().addCookies([{ name: "quanyu_session", value: "a".repeat(64), url }]);
  await through(page, "chenghai-1");
  const held = (await page.context().cookies(url)).find((it) => it.name === "quanyu_session");
  assert.notEqual(held.value, "a".repeat(64));
  assert.equal(held.httpOnly, true);
  const way = (await page.context().cookies(`${url}/oidc/province`)).find((it) => it.name === "quanyu_oidc");
  assert.equal(way, undefined, "the cookie of the way is gone");
});
