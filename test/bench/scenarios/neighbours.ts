// What a function that misbehaves costs one that does not, in the times of the good one's commands.
//
// Each scenario has a host of its own, on which the good function is measured alone and then beside the bad one: only their ratio
// travels, and nothing that a scenario leaves behind is in the next.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { componentOf, deploy } from "../bank.ts";
import type { Calls } from "../connection.ts";
import { rounded } from "../figures.ts";
import { load, prepare } from "../load.ts";
import type { BenchSettings, Row, Scenario, Section } from "../section.ts";
import { start, stop } from "../target.ts";

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

const misdeeds = [
  { what: "loops until its deadline", command: "Loop", isAwaited: false },
  { what: "traps on every call", command: "Trap", isAwaited: false },
  { what: "floods its log and its events", command: "Flood", isAwaited: true },
  { what: "answers garbage", command: "Babble", isAwaited: false },
] as const;

const goodClients = 16;
const badClients = 4;
/** Of a client that does not wait for outcomes, since the host tries what failed again for longer than it is measured. */
const badPauseMs = 40;

type Beside = {
  readonly misdeed: string;
  /** Answers a second that the bad function's clients had. */
  readonly badRate: number;
  readonly alone: Calls;
  readonly beside: Calls;
};

export const neighbours: Scenario = {
  name: "neighbours",
  about: "what a function that loops, traps, floods or answers garbage costs another",
  isLong: true,
  measure,
};

async function measure({ seconds }: BenchSettings): Promise<Section> {
  const component = await badComponent();
  const found: Beside[] = [];
  for (const misdeed of misdeeds) found.push(await timesBeside(misdeed, { component, seconds }));
  return {
    title: "Beside a function that misbehaves",
    about: `${goodClients} clients of a function that does its work, for ${seconds} s alone and then beside ${badClients} clients of one that does not, each on a host of its own.`,
    rows: found.map(rowOf),
    goals: [],
    plots: [
      {
        name: "neighbours-p99",
        title: "99th percentile of the good function's commands",
        kind: "bars",
        x: { label: "" },
        y: { label: "ms" },
        series: [
          { name: "alone", points: found.map(({ misdeed, alone }) => [misdeed, alone.p99] as const) },
          { name: "beside it", points: found.map(({ misdeed, beside }) => [misdeed, beside.p99] as const) },
        ],
      },
    ],
  };
}

function rowOf({ misdeed, badRate, alone, beside }: Beside): Row {
  return {
    "the other": misdeed,
    "its commands/s": rounded(badRate),
    "alone/s": rounded(alone.rate),
    "beside/s": rounded(beside.rate),
    "alone p50 ms": rounded(alone.p50),
    "beside p50 ms": rounded(beside.p50),
    "alone p99 ms": rounded(alone.p99),
    "beside p99 ms": rounded(beside.p99),
    "p99 ratio": rounded(beside.p99 / alone.p99),
  };
}

async function timesBeside(
  misdeed: (typeof misdeeds)[number],
  { component, seconds }: { component: Buffer; seconds: number },
): Promise<Beside> {
  const host = await start("./host-process.ts");
  try {
    await prepare(host.url);
    await deploy(host.url, "neighbour", component);
    await load(host.url, { clients: goodClients, seconds });
    const alone = await load(host.url, { clients: goodClients, seconds });
    const over = new AbortController();
    const bad = misbehave(host.url, misdeed, over.signal);
    const beside = await load(host.url, { clients: goodClients, seconds });
    over.abort();
    return { misdeed: misdeed.what, badRate: (await bad) / seconds, alone, beside };
  } finally {
    await stop(host);
  }
}

async function badComponent(): Promise<Buffer> {
  const directory = await mkdtemp(join(tmpdir(), "evento-neighbour-"));
  try {
    await writeFile(join(directory, "Neighbour.avsc"), JSON.stringify(schema));
    await writeFile(join(directory, "evento.json"), JSON.stringify({ name: "neighbour", schema: "./Neighbour.avsc" }));
    await writeFile(join(directory, "handler.ts"), handler);
    await writeFile(join(directory, "aggregator.ts"), aggregator);
    return await componentOf(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Clients that send the bad function commands until the signal, whatever the answers are. Counts these. */
async function misbehave(
  url: string,
  { command, isAwaited }: (typeof misdeeds)[number],
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
