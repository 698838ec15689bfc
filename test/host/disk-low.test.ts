// A real disk that fills up under a host.
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import test, { type ExecutionContext } from "ava";

import { BankHost } from "../banking/bank-host.ts";
import { runEvento } from "../cli/evento-run.ts";

const mebibyte = 1 << 20;

test("a host whose disk fills up refuses in time, loses nothing that it acknowledged, and goes on when there is room", async (t) => {
  t.timeout(180_000);
  const directory = mountedDisk(t, "112m");
  if (directory === undefined) {
    t.log("SKIPPED: mounting a small disk needs root on Linux");
    t.pass();
    return;
  }
  const ballast = join(directory, "ballast");
  await writeFile(ballast, Buffer.alloc(24 * mebibyte));
  const bank = await BankHost.start(t, { directory, environment: { EVENTO_DISK_FREE_MIB: "48" } });
  const { host } = bank;
  const opened = "1993-01-01";
  await bank.post(command("client:1", "RegisterClient", { born: "1970-12-13", district: 18 }));
  await bank.post(command("credit:1", "OpenAccount", { client: "client:1", credit_limit: 1_000_000, opened }));
  await bank.post(command("credit:1", "IssueCard", { card: "card:1", type: "gold" }));
  const acknowledged: string[] = [];
  const fill = async (): Promise<Response> => {
    for (let number = acknowledged.length; ; number++) {
      const id = `charge-${number}`;
      const response = await sent(host.url, { id, ...charge });
      if (response.status !== 200) return response;
      await response.text();
      acknowledged.push(id);
    }
  };
  const refused = await fill();
  t.is(refused.status, 503);
  t.is(refused.headers.get("retry-after"), "1");
  t.like(await refused.json(), { code: "DISK_LOW" });
  t.true(acknowledged.length > 20, `${acknowledged.length} were acknowledged before`);
  const ready = await fetch(`${host.url}/readyz`);
  t.is(ready.status, 503);
  t.regex(await ready.text(), /"disk":"found \d+ MiB free/);
  t.is((await bank.get("/aggregates/card:1")).sequence, 2 + acknowledged.length);
  t.is((await sent(host.url, { id: "charge-0", ...charge })).status, 200);

  await rm(ballast);
  while ((await fetch(`${host.url}/readyz`)).status !== 200) await new Promise((resolve) => setTimeout(resolve, 20));
  const before = acknowledged.length;
  await fill();
  t.true(acknowledged.length > before, "it went on");

  await host.kill("SIGKILL");
  await host.start();
  for (const id of acknowledged) t.is((await bank.get(`/commands/${id}`)).status, "done", id);
  await host.kill("SIGTERM");
  const { code, stdout } = await runEvento(["verify", "--data", join(directory, "data")]);
  t.is(code, 0, stdout);
});

/** Some 400 KB of log: the text, which can't be compressed, is in the command and in its event. */
const merchant = randomBytes(150_000).toString("base64");
const charge = command("card:1", "ChargeCard", { amount: "0.01", merchant });

function command(entity: string, command_type: string, payload: object): object {
  return { entity, command_type, payload };
}

function sent(url: string, body: object): Promise<Response> {
  return fetch(`${url}/commands`, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json" },
  });
}

/** A disk of its own; undefined where none can be mounted. */
function mountedDisk(t: ExecutionContext, size: string): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), "evento-disk-"));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", directory], { stdio: "pipe" });
  } catch {
    return undefined;
  }
  t.teardown(() => execFileSync("umount", [directory]));
  return directory;
}
