// Damage to every kind of file of a data directory that a real host has written: it is refused by a name that says what to do, or
// every answer is the one from before. No trial may end in a difference that nobody is told of.
import { cp, readdir, stat, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";

import test, { type ExecutionContext } from "ava";

import { buildFunction } from "../../sdk-assemblyscript/build-function.ts";
import { HostHarness } from "../host-harness.ts";
import { openIn } from "./level-directory.ts";
import { startChild } from "./child-process.ts";
import type { Damage } from "./damage.ts";
import { answersOf, type Inventory } from "./directory-answers.ts";
import { commandEntry } from "./sample-entries.ts";
import { makeSampleLog, sampleNames } from "./sample-log.ts";
import type { Trials, Verdict } from "./trial-child.ts";

const seed = Number(process.env["EVENTO_TEST_SEED"] ?? 20_261_125);
const processes = 2;
const greeted = ["greeting:1", "greeting:2", "greeting:3"];
const kinds = ["flip", "cut", "zero", "delete", "older", "swap"] as const;

/** Trials by part of the directory. What ends in a refusal, or is absent and made again, mattered. */
const parts = [
  { name: "log", pattern: /^log\/(.*\.(log|ldb)|MANIFEST.*|CURRENT)$/, trials: 300 },
  { name: "index", pattern: /^index\/(.*\.(log|ldb)|MANIFEST.*|CURRENT)$/, trials: 300 },
  { name: "head", pattern: /^head$/, trials: 60 },
  { name: "identity", pattern: /^EVENTO$/, trials: 60 },
  { name: "components", pattern: /^components\//, trials: 80 },
  { name: "snapshots", pattern: /^snapshots\/.*\.avro$/, trials: 60 },
];

test("860 damages to a host's data directory are refused by name or change no answer", async (t) => {
  t.timeout(300_000);
  const { whole, older } = await recordedDirectory(t);
  const inventory = await inventoryOf(t, whole);
  const damages = await plannedDamages(whole);
  const truth = await answersOf(await copied(whole, "truth"), inventory);
  const trials: Trials = { whole, older, inventory, truth, damages: damages.map(({ damage }) => damage) };
  const path = join(whole, "../trials.json");
  await writeFile(path, JSON.stringify(trials));
  const verdicts = await Promise.all(
    Array.from({ length: processes }, (_, first) => verdictsOf(t, path, damages.length, first)),
  );
  const counts = new Map(parts.map(({ name }) => [name, new Map<string, number>()]));
  for (const [number, verdict] of verdicts.flatMap((of) => [...of])) {
    const planned = damages[number];
    if (planned === undefined) continue;
    const of = counts.get(planned.part) ?? new Map<string, number>();
    const label = "code" in verdict ? `${verdict.kind}: ${verdict.code}` : verdict.kind;
    of.set(label, (of.get(label) ?? 0) + 1);
    if (verdict.kind === "wrong")
      t.fail(`seed ${seed}: ${JSON.stringify(planned)} changed ${verdict.questions.join(", ")}`);
  }
  for (const { name, trials: planned } of parts) {
    const of = counts.get(name) ?? new Map<string, number>();
    t.log(name, Object.fromEntries(of));
    const sum = (like: RegExp): number =>
      [...of].reduce((total, [label, count]) => total + (like.test(label) ? count : 0), 0);
    t.is(sum(/./), planned);
    t.true(sum(/^(?!without effect)/) >= 0.7 * planned, `${name}: damage had an effect on the files`);
    t.true(sum(/refused/) >= 0.1 * planned, `${name}: damage mattered`);
  }
});

/** Verdicts by number, over as many processes as LevelDB ends. */
async function verdictsOf(
  t: ExecutionContext,
  path: string,
  count: number,
  first: number,
): Promise<Map<number, Verdict>> {
  const verdicts = new Map<number, Verdict>();
  for (let next = first; next < count;) {
    const child = startChild(t, "trial-child.ts", [path, String(next), String(processes)]);
    await child.ended;
    for (const line of child.lines) {
      const { number, verdict }: { number: number; verdict: Verdict } = JSON.parse(line);
      verdicts.set(number, verdict);
      next = number + processes;
    }
    if (next >= count) break;
    t.regex(child.errors, /leveldb.*Assertion/, `trial ${next} ended its process: ${child.errors}`);
    verdicts.set(next, { kind: "refused", code: "ABORTED" });
    next += processes;
  }
  return verdicts;
}

/** The data of a host with a function, dead without a word and started again, and of a log with every kind of entry. */
async function recordedDirectory(t: ExecutionContext): Promise<{ whole: string; older: string }> {
  const host = await HostHarness.start(t, { environment: { EVENTO_SNAPSHOT_EVENTS: "2" } });
  const built = await buildFunction(new URL("../../functions/greeting", import.meta.url).pathname);
  if (built.kind === "rules") throw new Error("expected a component");
  await fetch(`${host.url}/functions/greeting`, {
    method: "PUT",
    body: Buffer.from(built.component),
    headers: { "content-type": "application/wasm" },
  });
  const greet = async (numbers: readonly number[]): Promise<void> => {
    for (const number of numbers)
      for (const entity of greeted)
        await fetch(`${host.url}/commands`, {
          method: "POST",
          body: JSON.stringify({ id: `${entity}-${number}`, entity, command_type: "Greet", payload: { name: "Ada" } }),
          headers: { "content-type": "application/json" },
        });
  };
  await greet([1, 2]);
  await host.restart("SIGKILL");
  await greet([3, 4]);
  await host.kill("SIGTERM");
  const whole = join(host.directory, "data");
  const older = await copied(whole, "older");
  await host.start();
  await greet([5, 6, 7, 8]);
  await host.kill("SIGTERM");
  // No host could go on with these; but they are of every kind.
  const journal = await openIn(t, whole);
  await makeSampleLog(journal);
  await journal.close();
  const again = await openIn(t, whole);
  for (const id of ["more1", "more2", "more3"]) await again.append([commandEntry(id)]).durable;
  await again.close();
  return { whole, older };
}

async function inventoryOf(t: ExecutionContext, whole: string): Promise<Inventory> {
  const components: { digest: string; toolchain: string }[] = [];
  for (const file of await filesIn(whole)) {
    const [, digest, toolchain] = /^components\/(\w+)\/(.+)\.bin$/.exec(file) ?? [];
    if (digest !== undefined && toolchain !== undefined) components.push({ digest, toolchain });
  }
  const journal = await openIn(t, await copied(whole, "inventory"));
  const states = await Promise.all(greeted.map((aggregate) => journal.state(aggregate)));
  await journal.close();
  return {
    components,
    snapshots: states.flatMap((state) =>
      state === undefined ? [] : [2, 4, 6, 8].map((sequence) => ({ key: state, sequence })),
    ),
    journal: {
      ...sampleNames,
      aggregates: [...sampleNames.aggregates, ...greeted, "evento:host"],
      types: [...sampleNames.types, "Greeting", "evento"],
      commands: [
        ...sampleNames.commands,
        ...greeted.flatMap((id) => [1, 2, 3, 4, 5, 6, 7, 8].map((n) => `${id}-${n}`)),
      ],
    },
  };
}

async function plannedDamages(whole: string): Promise<readonly { part: string; damage: Damage }[]> {
  const random = randomFrom(seed);
  const pick = <Item>(items: readonly Item[]): Item => {
    const item = items[Math.floor(random() * items.length)];
    if (item === undefined) throw new Error("expected something to pick from");
    return item;
  };
  const files = await filesIn(whole);
  return parts.flatMap(({ name, pattern, trials }) => {
    const own = files.filter((file) => pattern.test(file));
    return Array.from({ length: trials }, () => {
      const file = pick(own);
      // Most damage is a bit that flips.
      const kind = random() < 0.6 ? "flip" : pick(kinds);
      return { part: name, damage: { file, kind, at: random(), other: pick(own) } };
    });
  });
}

/** Paths of all files with something in them, within a directory. */
async function filesIn(directory: string): Promise<readonly string[]> {
  const files: string[] = [];
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && (await stat(path)).size > 0) files.push(relative(directory, path));
  }
  return files.toSorted();
}

async function copied(directory: string, name: string): Promise<string> {
  const copy = join(directory, "..", name);
  await cp(directory, copy, { recursive: true });
  return copy;
}

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
function randomFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
