// npm run bench -- --neighbours: what a function that misbehaves costs one that does not, in the times of the good one's commands.
//
// Each scenario has a host of its own, on which the good function is measured alone and then beside the bad one: only their ratio
// travels, and nothing that a scenario leaves behind is in the next.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { buildFunction } from "../../sdk-assemblyscript/build-function.ts";
import { load, prepare } from "./load.ts";
import { start, stop } from "./target.ts";

const schema = [
  { type: "record", name: "Neighbour", namespace: "Neighbour", evento: "root", entity: "neighbour", fields: [] },
  ...["Loop", "Trap", "Flood", "Babble"].map((name) => ({
    type: "record",
    name,
    namespace: "Neighbour",
    evento: "command",
    fields: [],
  })),
  {
    type: "record",
    name: "Happened",
    namespace: "Neighbour",
    evento: "event",
    fields: [{ name: "text", type: "string" }],
  },
];

const handler = `import { EventPayload, Events, log } from "evento";
import { Writer } from "evento/avro";

import { Babble, Flood, Happened, Loop, Neighbour, Trap } from "./generated/neighbour";

export function loop(command: Loop, state: Neighbour | null): Events {
  for (let turn: u64 = 0; ; turn++) if (turn == u64.MAX_VALUE) break;
  return Events.of(new Happened("never"));
}

export function trap(command: Trap, state: Neighbour | null): Events {
  if (state === null) unreachable();
  return Events.of(new Happened("never"));
}

/** As many log lines and events as one command may have. */
export function flood(command: Flood, state: Neighbour | null): Events {
  const text = "again ".repeat(20);
  for (let line = 0; line < 1000; line++) log.info(text);
  let events = Events.of(new Happened(text));
  for (let more = 1; more < 1000; more++) events = events.and(new Happened(text));
  return events;
}

class Nonsense extends EventPayload {
  get typeName(): string {
    return "Happened";
  }

  write(writer: Writer): void {
    // An event, which folds, and more bytes after it, so that it is the host that finds it out.
    for (let text = 0; text < 100; text++) writer.writeString("nonsense");
  }
}

export function babble(command: Babble, state: Neighbour | null): Events {
  return Events.of(new Nonsense());
}
`;

const aggregator = `import { Happened, Neighbour } from "./generated/neighbour";

export function happened(state: Neighbour | null, event: Happened): Neighbour {
  return new Neighbour();
}
`;

const scenarios = [
  { what: "loops until its deadline", command: "Loop", isAwaited: false },
  { what: "traps on every call", command: "Trap", isAwaited: false },
  { what: "floods its log and its events", command: "Flood", isAwaited: true },
  { what: "answers garbage", command: "Babble", isAwaited: false },
] as const;

const goodClients = 16;
const badClients = 4;
/** Of a client that does not wait for outcomes, since the host tries what failed again for longer than it is measured. */
const badPauseMs = 40;

/** A row for each way to misbehave: the good function's times alone and beside the bad one. */
export async function neighbours({ seconds }: { seconds: number }): Promise<readonly object[]> {
  const component = await badComponent();
  const rows: object[] = [];
  for (const scenario of scenarios) rows.push(await timesBeside(scenario, { component, seconds }));
  return rows;
}

async function timesBeside(
  scenario: (typeof scenarios)[number],
  { component, seconds }: { component: Buffer<ArrayBuffer>; seconds: number },
): Promise<object> {
  const host = await start("./host-process.ts");
  try {
    await prepare(host.url);
    await deploy(host.url, component);
    await load(host.url, { clients: goodClients, seconds });
    const alone = await load(host.url, { clients: goodClients, seconds });
    const over = new AbortController();
    const bad = misbehave(host.url, scenario, over.signal);
    const beside = await load(host.url, { clients: goodClients, seconds });
    over.abort();
    return {
      "the other": scenario.what,
      "its commands/s": Math.round((await bad) / seconds),
      "alone/s": Math.round(alone.rate),
      "beside/s": Math.round(beside.rate),
      "alone p50 ms": Number(alone.p50.toFixed(2)),
      "beside p50 ms": Number(beside.p50.toFixed(2)),
      "alone p99 ms": Number(alone.p99.toFixed(2)),
      "beside p99 ms": Number(beside.p99.toFixed(2)),
      "p99 ratio": Number((beside.p99 / alone.p99).toFixed(2)),
    };
  } finally {
    await stop(host);
  }
}

async function badComponent(): Promise<Buffer<ArrayBuffer>> {
  const directory = await mkdtemp(join(tmpdir(), "evento-neighbour-"));
  try {
    await writeFile(join(directory, "Neighbour.avsc"), JSON.stringify(schema));
    await writeFile(join(directory, "evento.json"), JSON.stringify({ name: "neighbour", schema: "./Neighbour.avsc" }));
    await writeFile(join(directory, "handler.ts"), handler);
    await writeFile(join(directory, "aggregator.ts"), aggregator);
    const built = await buildFunction(directory);
    if (built.kind !== "component") throw new Error("expected the neighbour to be a component");
    return Buffer.from(built.component);
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function deploy(url: string, component: Buffer<ArrayBuffer>): Promise<void> {
  const headers = { "content-type": "application/wasm" };
  const response = await fetch(`${url}/functions/neighbour`, { method: "PUT", headers, body: component });
  const text = await response.text();
  if (response.status !== 201) throw new Error(`found ${response.status} for the neighbour: ${text.slice(0, 300)}`);
}

/** Clients that send the bad function commands until the signal, whatever the answers are. Counts these. */
async function misbehave(
  url: string,
  { command, isAwaited }: (typeof scenarios)[number],
  signal: AbortSignal,
): Promise<number> {
  let answers = 0;
  let next = 0;
  const headers = { "content-type": "application/json", ...(isAwaited ? {} : { prefer: "respond-async" }) };
  const client = async (): Promise<void> => {
    while (!signal.aborted) {
      const body = JSON.stringify({ entity: `neighbour:${next++}`, command_type: command, payload: {} });
      const response = await fetch(`${url}/commands`, { method: "POST", headers, body, signal });
      await response.arrayBuffer();
      answers++;
      if (!isAwaited) await delay(badPauseMs, undefined, { signal });
    }
  };
  for (const end of await Promise.allSettled(Array.from({ length: badClients }, client)))
    if (end.status === "rejected" && !signal.aborted) throw end.reason;
  return answers;
}
