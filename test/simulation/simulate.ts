// Runs histories from the command line:
//   --seed N                      one, with everything that happens in it
//   --from N --count N            many; a line of JSON for each violation
//   --until-found I3              many, until one violates this invariant
//   --tight                       in a copy of the host whose bounds are narrow
import { parseArgs } from "node:util";

import { EventoError, reasonOf } from "../../host/errors.ts";
import { runHistory } from "./history.ts";
import { HostCopy, type Finding } from "./host-copy.ts";
import { tightLimits } from "./tight-limits.ts";
import { Violation } from "./violation.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    from: { type: "string", default: "1" },
    count: { type: "string", default: "1000" },
    "until-found": { type: "string" },
    tight: { type: "boolean", default: false },
  },
});

if (values.tight) await simulateTight();
else if (values.seed === undefined) await simulateMany();
else await replay(Number(values.seed));

async function replay(seed: number): Promise<void> {
  try {
    const outcome = await runHistory({ seed, onLine: print });
    print(JSON.stringify(outcome));
  } catch (error) {
    print(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exitCode = 1;
  }
}

async function simulateMany(): Promise<void> {
  // Errors are made by the thousand and never looked into.
  Error.stackTraceLimit = 0;
  const from = Number(values.from);
  const count = Number(values.count);
  const start = performance.now();
  const sums = { histories: 0, steps: 0, lives: 0, events: 0, violations: 0 };
  for (let seed = from; seed < from + count; seed++) {
    sums.histories++;
    try {
      const { steps, lives, events } = await runHistory({ seed });
      sums.steps += steps;
      sums.lives += lives;
      sums.events += events;
    } catch (error) {
      sums.violations++;
      const finding = findingOf(seed, error);
      print(JSON.stringify(finding));
      if (finding.invariant === values["until-found"]) break;
    }
  }
  const seconds = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage();
  const cpuMsEach = (user + system) / 1_000 / sums.histories;
  print(JSON.stringify({ ...sums, seconds: Math.round(seconds), cpuMsEach: Number(cpuMsEach.toFixed(1)) }));
  if (sums.violations > 0) process.exitCode = 1;
}

async function simulateTight(): Promise<void> {
  await using copy = await HostCopy.make(tightLimits);
  const args = process.argv.slice(2).filter((arg) => arg !== "--tight");
  print(await copy.simulate(args, { deadlineMs: 3_600_000 }));
}

function findingOf(seed: number, error: unknown): Finding {
  return { seed, invariant: invariantOf(error), message: reasonOf(error) };
}

function invariantOf(error: unknown): string {
  if (error instanceof Violation) return error.invariant;
  // Something stored could not be read back for an answer.
  return error instanceof EventoError && error.code === "AVRO_INVALID" ? "I15" : "alive";
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
