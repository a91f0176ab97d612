// The real binary with its demonstration district, in a folder of its own.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

// An account of the demonstration that sees everything, as the pack declares it.
export const someone = { name: "kezhang", password: "Yanshi-2024" };

// Signs in; the cookie of the session as a browser takes it.
export async function signIn(url, { name, password } = someone) {
  const answer = await fetch(`${url}/signin`, {
    method: "POST",
    redirect: "manual",
    headers: { origin: url },
    body: new URLSearchParams({ name, password, next: "/" }),
  });
  const set = answer.headers.getSetCookie().find((it) => it.startsWith("quanyu_session="));
  if (!set) throw new Error(`nobody signs in as ${name}: ${answer.status}`);
  const [pair] = set.split(";");
  const cookie = { name: "quanyu_session", value: pair.slice("quanyu_session=".length), url };
  known.set(url, cookie);
  return cookie;
}

// The cookie by which browsers are signed in to a server.
export const known = new Map();

// Starts `quanyu demo` on a free port; resolves with its address and a session once it prints the address.
export async function serve() {
  if (process.env.QUANYU_URL) {
    const url = process.env.QUANYU_URL.replace(/\/$/, "");
    return { url, cookie: await signIn(url), stop() {} };
  }
  const binary = process.env.QUANYU_BIN ?? join(root, "target/debug/quanyu");
  const data = mkdtempSync(join(tmpdir(), "quanyu-e2e-"));
  const child = spawn(binary, ["demo", "--port", "0", "--data", join(data, "district")], {
    cwd: root,
    env: { ...process.env, QUANYU_WEB: join(root, "web/dist") },
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
  const cookie = await signIn(url);
  return {
    url,
    cookie,
    stop() {
      child.removeAllListeners("exit");
      child.kill("SIGTERM");
      rmSync(data, { recursive: true, force: true });
    },
  };
}
