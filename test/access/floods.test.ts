// Floods against a real host that may have few descriptors: those it needs itself must be left.
import { readdir } from "node:fs/promises";
import type { Socket } from "node:net";

import test, { type ExecutionContext } from "ava";

import { descriptorShares } from "../../host/descriptors.ts";
import { connectionsMax, databaseFilesMax } from "../../host/limits.ts";
import { until } from "../until.ts";
import { memoryOf } from "../linux-process.ts";
import { deploy, greet, greetingComponent, startHostProcess, type HostProcess } from "./host-process.ts";
import { rawConnection } from "./raw-connection.ts";

const descriptorsMax = 300;
const hasProc = process.platform === "linux";

async function startLimited(t: ExecutionContext): Promise<HostProcess> {
  const host = await startHostProcess({ descriptorsMax });
  t.teardown(host.stop);
  return host;
}

(hasProc ? test : test.skip)(
  "while idle connections try to take all descriptors, others go on, and the journal and new functions find theirs",
  async (t) => {
    const host = await startLimited(t);
    const flood: Socket[] = [];
    t.teardown(() => flood.forEach((socket) => socket.destroy()));
    t.is(await deploy(host.url, "greeting", await greetingComponent()), 201);
    t.is(await greet(host.url, "before"), 200);
    for (let count = 0; count < descriptorsMax * 2; count++) {
      const socket = await rawConnection(host.url);
      socket.resume().write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
      flood.push(socket);
    }
    t.true((await readdir(`/proc/${host.pid}/fd`)).length < descriptorsMax);
    const statuses = new Set<number>();
    for (let count = 0; count < 200; count++) statuses.add(await greet(host.url, `during-${count}`));
    t.deepEqual([...statuses], [200]);
    const again = await fetch(`${host.url}/functions/greeting-two`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ rules: [{ on: "Greeting.Nothing", dispatch: [] }] }),
    });
    t.true(again.status < 500);
    t.notRegex(host.log(), /EMFILE|JOURNAL/);
  },
);

(hasProc ? test : test.skip)("what floods of requests take in memory is bounded", async (t) => {
  const host = await startLimited(t);
  await until(async () => (await fetch(`${host.url}/healthz`)).ok);
  const before = await memoryOf(host.pid);
  let highest = before;
  const body = "[".repeat(1 << 20);
  const heads = ["application/json", "application/x-ndjson"].map(
    (type) =>
      `POST /commands HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n`,
  );
  for (let round = 0; round < 4; round++) {
    const sockets = await Promise.all(Array.from({ length: 80 }, () => rawConnection(host.url)));
    for (const [index, socket] of sockets.entries()) socket.resume().write((heads[index % heads.length] ?? "") + body);
    await until(async () => {
      highest = Math.max(highest, await memoryOf(host.pid));
      return (await greet(host.url, "x").catch(() => 0)) === 422;
    });
    for (const socket of sockets) socket.destroy();
  }
  t.log(`grew by ${Math.round((highest - before) / (1 << 20))} MiB`);
  t.true(highest - before < 400 << 20);
});

test("a process that may have many descriptors gives each its most, and one that may have few leaves some to all", (t) => {
  t.deepEqual(descriptorShares(1_000_000), { connections: connectionsMax, filesPerDatabase: databaseFilesMax });
  for (const limit of [64, 256, 300, 1_024, 4_096]) {
    const { connections, filesPerDatabase } = descriptorShares(limit);
    t.true(connections >= 16 && filesPerDatabase >= 8, String(limit));
    t.true(connections + 2 * filesPerDatabase <= limit, String(limit));
  }
});
