// The real binary with its demonstration district, in a folder of its own.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

// Starts `quanyu demo` on a free port; resolves with its address once it prints it.
export async function serve() {
  if (process.env.QUANYU_URL) return { url: process.env.QUANYU_URL.replace(/\/$/, ""), stop() {} };
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
  return {
    url,
    stop() {
      child.removeAllListeners("exit");
      child.kill("SIGTERM");
      rmSync(data, { recursive: true, force: true });
    },
  };
}
