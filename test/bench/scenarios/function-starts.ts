// How soon a function answers that has no process, and how many of them a machine holds that have nothing to do.
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { encodeCommand } from "../../../host/domain/envelope-codec.ts";
import { ProcessFunctions } from "../../../host/functions/process-functions.ts";
import type { FunctionRef } from "../../../host/ports/functions.ts";
import { parseAggregateSchema } from "../../../host/schemas/aggregate-schema.ts";
import { answerOf } from "../answers.ts";
import { componentOf, deploy, otherVersion } from "../bank.ts";
import { callsOf } from "../connection.ts";
import { quantile, rounded } from "../figures.ts";
import { KeptHost } from "../kept-host.ts";
import type { Row, Scenario, Section } from "../section.ts";

const rounds = 5;
const poolRounds = 40;
const copies = 30;
/** In the part that waits for a function to become idle; long enough to be called twice before. */
const idleMs = 50;
/** In which the pool has started another process for the one that was taken. */
const refillMs = 200;

const function_ = "greeting";
const functionFolder = fileURLToPath(new URL("../../../functions/greeting", import.meta.url));
const schemaFile = fileURLToPath(new URL("../../../schemas/greeting/Greeting.avsc", import.meta.url));

export const functionStarts: Scenario = {
  name: "function-starts",
  about: "time to the first answer of a function: never seen, after a restart, from the pool; memory of idle ones",
  isLong: false,
  measure,
};

type Found = { readonly what: string; readonly times: readonly number[] };

async function measure(): Promise<Section> {
  const folder = await mkdtemp(join(tmpdir(), "evento-functions-"));
  try {
    const component = await copyOf(join(folder, function_), "");
    const overRest = await startsOverRest(component);
    const inProcess = await startsInProcess(join(folder, "components"), component);
    return sectionOf([...overRest, ...inProcess], await idleMemory(folder));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The greeting over an aggregate of another name. */
async function copyOf(folder: string, suffix: string): Promise<Buffer> {
  await mkdir(folder);
  const manifest = { name: `${function_}${suffix}`, schema: "./Greeting.avsc" };
  await writeFile(join(folder, "evento.json"), JSON.stringify(manifest));
  const schema = (await readFile(schemaFile, "utf8"))
    .replaceAll('"namespace": "Greeting"', `"namespace": "Greeting${suffix}"`)
    .replace('"entity": "greeting"', `"entity": "greeting${suffix}"`);
  await writeFile(join(folder, "Greeting.avsc"), schema);
  for (const file of ["handler.ts", "aggregator.ts"]) {
    const text = await readFile(join(functionFolder, file), "utf8");
    await writeFile(join(folder, file), text.replace("generated/greeting", `generated/greeting${suffix}`));
  }
  return componentOf(folder);
}

async function startsOverRest(component: Buffer): Promise<readonly Found[]> {
  const deploying: number[] = [];
  const first: number[] = [];
  const opening: number[] = [];
  const warm: number[] = [];
  const second: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await using host = await KeptHost.make();
    await host.start();
    deploying.push(await timeOf(() => deploy(host.url, function_, otherVersion(component, round))));
    first.push(await greetingTime(host.url, ""));
    await host.end();
    opening.push(await host.start());
    warm.push(await greetingTime(host.url, ""));
    second.push(await greetingTime(host.url, ""));
  }
  return [
    { what: "PUT of a component that was never seen", times: deploying },
    { what: "its first command", times: first },
    { what: "the host started again, until it listens", times: opening },
    { what: "the first command then, of the compiled files that were kept", times: warm },
    { what: "the second", times: second },
  ];
}

async function greetingTime(url: string, suffix: string): Promise<number> {
  const body = JSON.stringify({ entity: `greeting${suffix}:1`, command_type: "Greet", payload: { name: "Ada" } });
  const call = () => ({ method: "POST", path: "/commands", body }) as const;
  return (await callsOf(url, { clients: 1, end: { count: 1 }, call })).p50;
}

/** The parts of the same, at the port to functions. */
async function startsInProcess(directory: string, component: Buffer): Promise<readonly Found[]> {
  const opening: number[] = [];
  const checking: number[] = [];
  const activating: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const begun = performance.now();
    const functions = await ProcessFunctions.open({ directory, logger() {} });
    opening.push(performance.now() - begun);
    try {
      await delay(refillMs);
      let digest = "";
      checking.push(
        await timeOf(async () => ({ digest } = await functions.check(otherVersion(component, rounds + round)))),
      );
      await delay(refillMs);
      activating.push(await timeOf(() => functions.activate({ name: function_, digest })));
    } finally {
      await functions.close();
    }
  }
  return [
    { what: "the part of that in the gate: transpiled, tried, kept", times: checking },
    { what: "and until a process has taken it in", times: activating },
    { what: "nursery and pool opened", times: opening },
    {
      what: "first answer of a function whose process was given back, from the pool",
      times: await poolTimes(directory, component),
    },
  ];
}

async function poolTimes(directory: string, component: Buffer): Promise<readonly number[]> {
  const functions = await ProcessFunctions.open({ directory, logger() {}, idleMs });
  try {
    const { digest } = await functions.check(component);
    const fn: FunctionRef = { name: function_, digest };
    const command = await greetingCommand();
    const times: number[] = [];
    await functions.activate(fn);
    for (let round = 0; round < poolRounds; round++) {
      while (functions.status(function_).state !== "idle") await delay(idleMs / 2);
      await delay(refillMs);
      times.push(
        await timeOf(async () => {
          const answer = await functions.handle(fn, { command, state: null });
          if (answer.kind === "failed") throw new Error(answer.reason);
        }),
      );
    }
    return times;
  } finally {
    await functions.close();
  }
}

async function greetingCommand(): Promise<Uint8Array> {
  const schema = parseAggregateSchema(JSON.parse(await readFile(schemaFile, "utf8")));
  const payload = schema.commands.get("Greet")?.fromJson({ name: "Ada" });
  if (payload === undefined) throw new Error("expected the greeting's schema to have Greet");
  return encodeCommand({
    id: "greet-1",
    command_type: "Greet",
    entity: "greeting:1",
    aggregate: "greeting:1",
    aggregate_type: "Greeting",
    time: 1_767_225_600_000,
    cause: { kind: "external", id: "greet-1" },
    root_cause: "greet-1",
    depth: 0,
    payload,
  });
}

/** MiB of each of many functions that were used once: what it has for itself, and its part of what it shares. */
async function idleMemory(folder: string): Promise<readonly number[]> {
  await using host = await KeptHost.make();
  await host.start();
  for (let copy = 0; copy < copies; copy++) {
    const suffix = String(copy);
    const component = await copyOf(join(folder, `${function_}${suffix}`), suffix);
    await deploy(host.url, `${function_}${suffix}`, component);
    await greetingTime(host.url, suffix);
  }
  const { functions } = await answerOf(`${host.url}/functions`);
  const pids: number[] = functions.flatMap((of: { process: { processes: { pid: number }[] } }) =>
    of.process.processes.map(({ pid }) => pid),
  );
  if (pids.length !== copies) throw new Error(`found ${pids.length} processes of ${copies} functions`);
  return Promise.all(pids.map(proportionalMib));
}

/** @see proc(5), /proc/pid/smaps_rollup: Pss counts a page that n processes share as its nth part. */
async function proportionalMib(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, "utf8");
  return Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1]) / 1_024;
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

function sectionOf(found: readonly Found[], memory: readonly number[]): Section {
  const row = (what: string, figures: readonly number[], unit: string): Row => ({
    what,
    median: rounded(quantile(figures, 0.5)),
    most: rounded(Math.max(...figures)),
    unit,
    of: figures.length,
  });
  const each = quantile(memory, 0.5);
  const pool = found.at(-1)?.times ?? [];
  return {
    title: "Starts of functions",
    about: `The greeting, over REST and, for the parts that REST does not show, at the port to functions. Memory is that of ${copies} copies over as many aggregates, each used once and then left alone: PSS, in which each has its part of what they share, so that a GiB holds ${rounded(1_024 / each)} of them. A function without calls gives its process back after \`EVENTO_FUNCTION_IDLE_MS\`, five minutes by default, and takes no memory then.`,
    rows: [...found.map(({ what, times }) => row(what, times, "ms")), row("an idle function", memory, "MiB")],
    goals: [
      {
        what: "ms to the first answer of a function from the pool",
        found: quantile(pool, 0.5),
        bound: "at most",
        goal: 5,
      },
    ],
    plots: [],
  };
}
