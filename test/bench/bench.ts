// npm run bench: rates of this machine, each beside a roofline measured in the same run, since only ratios travel.
//
// The roofline is a koa server that reads a JSON body, syncs it to LevelDB by group commit and answers JSON: what any command costs
// that is durable when it is answered, without a function, a schema or an event.
import { fork, type ChildProcess } from "node:child_process";
import { Console } from "node:console";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { buildFunction } from "../../sdk-assemblyscript/build-function.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "5" },
    clients: { type: "string", default: "1,16,64" },
    import: { type: "string", default: "20000" },
  },
});
const seconds = Number(values.seconds);
const clientCounts = values.clients.split(",").map(Number);
const importCount = Number(values.import);
const accounts = 1_000;

type Target = { readonly url: string; readonly child: ChildProcess; readonly data: string };

async function start(script: string): Promise<Target> {
  const data = await mkdtemp(join(tmpdir(), "evento-bench-"));
  const child = fork(new URL(script, import.meta.url), [data], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  child.once("message", (message) => resolve(JSON.stringify(message).slice(1, -1)));
  child.once("exit", (code) => reject(new Error(`${script} ended with ${code}`)));
  return { url: await promise, child, data };
}

async function stop({ child, data }: Target): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  child.once("exit", () => resolve());
  child.kill("SIGTERM");
  await promise;
  await rm(data, { recursive: true, force: true });
}

type Call = { readonly method: string; readonly path: string; readonly body: string | Buffer; readonly type: string };

function send(url: string, agent: Agent, { method, path, body, type }: Call): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const call = request(
    new URL(path, url),
    { method, agent, headers: { "content-type": type, "content-length": Buffer.byteLength(body) } },
    (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        if ((response.statusCode ?? 500) < 300) resolve(text);
        else reject(new Error(`${path} answered ${response.statusCode}: ${text.slice(0, 300)}`));
      });
    },
  );
  call.on("error", reject);
  call.end(body);
  return promise;
}

const deposit = (account: number): string =>
  JSON.stringify({
    entity: `checking:${account}`,
    command_type: "ReceiveDeposit",
    payload: { amount: "1.00", source: "bench" },
  });

/** Commands a second and the median and 99th percentile of their times, at a number of clients that each wait for their answer. */
async function load(
  url: string,
  clients: number,
): Promise<{ readonly rate: number; readonly p50: number; readonly p99: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const times: number[] = [];
  const begun = performance.now();
  const until = begun + seconds * 1_000;
  let next = 0;
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (performance.now() < until) {
        const started = performance.now();
        await send(url, agent, {
          method: "POST",
          path: "/commands",
          body: deposit(next++ % accounts),
          type: "application/json",
        });
        times.push(performance.now() - started);
      }
    }),
  );
  const rate = times.length / ((performance.now() - begun) / 1_000);
  agent.destroy();
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { rate, p50: at(0.5), p99: at(0.99) };
}

async function bytesUnder(directory: string): Promise<number> {
  let sum = 0;
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) sum += (await stat(join(entry.parentPath, entry.name))).size;
  return sum;
}

async function prepare(url: string): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  const built = await buildFunction(new URL("../../functions/banking/checking-account", import.meta.url).pathname);
  if (built.kind !== "component") throw new Error("the checking account is a component");
  await send(url, agent, {
    method: "PUT",
    path: `/functions/${built.name}`,
    body: Buffer.from(built.component),
    type: "application/wasm",
  });
  const opening = Array.from({ length: accounts }, (_, account) =>
    JSON.stringify({
      entity: `checking:${account}`,
      command_type: "OpenAccount",
      payload: { client: "client:1", overdraft_limit: 0, opened: "2026-01-01" },
    }),
  );
  await send(url, agent, {
    method: "POST",
    path: "/commands",
    body: `${opening.join("\n")}\n`,
    type: "application/x-ndjson",
  });
  agent.destroy();
}

async function importRate(url: string): Promise<number> {
  const agent = new Agent({ keepAlive: true });
  const lines = Array.from({ length: importCount }, (_, index) => deposit(index % accounts));
  const started = performance.now();
  await send(url, agent, {
    method: "POST",
    path: "/commands",
    body: `${lines.join("\n")}\n`,
    type: "application/x-ndjson",
  });
  agent.destroy();
  return importCount / ((performance.now() - started) / 1_000);
}

async function readRate(url: string): Promise<number> {
  const agent = new Agent({ keepAlive: true });
  const started = performance.now();
  const text = await send(url, agent, { method: "GET", path: "/metrics", body: "", type: "text/plain" });
  const head = Number(/^evento_journal_position (\d+)/m.exec(text)?.[1] ?? 0);
  let after = 0;
  while (after < head) {
    const page = JSON.parse(
      await send(url, agent, {
        method: "GET",
        path: `/events?after=${after}&limit=1000`,
        body: "",
        type: "text/plain",
      }),
    );
    if (page.next === after) break;
    after = page.next;
  }
  agent.destroy();
  return after / ((performance.now() - started) / 1_000);
}

const output = new Console(process.stdout);
const roof = await start("./roofline.ts");
const host = await start("./host-process.ts");
try {
  await prepare(host.url);
  await load(roof.url, 16);
  await load(host.url, 16);
  const rows: object[] = [];
  for (const clients of clientCounts) {
    const above = await load(roof.url, clients);
    const own = await load(host.url, clients);
    rows.push({
      clients,
      "commands/s": Math.round(own.rate),
      "roofline/s": Math.round(above.rate),
      ratio: Number((own.rate / above.rate).toFixed(2)),
      "p50 ms": Number(own.p50.toFixed(2)),
      "p99 ms": Number(own.p99.toFixed(2)),
      "roofline p50 ms": Number(above.p50.toFixed(2)),
    });
  }
  output.table(rows);
  const bytesBefore = await bytesUnder(join(host.data, "data", "log"));
  const imported = await importRate(host.url);
  output.table([
    {
      "NDJSON commands/s": Math.round(imported),
      "events read/s by /events": Math.round(await readRate(host.url)),
      "log bytes a command": Math.round(
        ((await bytesUnder(join(host.data, "data", "log"))) - bytesBefore) / importCount,
      ),
    },
  ]);
} finally {
  await stop(host);
  await stop(roof);
}
