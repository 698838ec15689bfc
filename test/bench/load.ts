// Clients that drive a server as fast as they can.
import { Agent, request } from "node:http";

import { buildFunction } from "../../sdk-assemblyscript/build-function.ts";

const accounts = 1_000;

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

/** Commands, their rate a second, and the median and 99th percentile of their times, at clients that each wait for their answer. */
export async function load(
  url: string,
  { clients, seconds }: { clients: number; seconds: number },
): Promise<{ readonly count: number; readonly rate: number; readonly p50: number; readonly p99: number }> {
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
  return { count: times.length, rate, p50: at(0.5), p99: at(0.99) };
}

/** Deploys the checking account and opens the accounts. */
export async function prepare(url: string): Promise<void> {
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

/** Commands in one NDJSON request, and their rate a second. */
export async function importLines(
  url: string,
  count: number,
): Promise<{ readonly count: number; readonly rate: number }> {
  const agent = new Agent({ keepAlive: true });
  const lines = Array.from({ length: count }, (_, index) => deposit(index % accounts));
  const started = performance.now();
  await send(url, agent, {
    method: "POST",
    path: "/commands",
    body: `${lines.join("\n")}\n`,
    type: "application/x-ndjson",
  });
  agent.destroy();
  return { count, rate: count / ((performance.now() - started) / 1_000) };
}

/** Events a second that are read in pages. */
export async function readRate(url: string): Promise<number> {
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
