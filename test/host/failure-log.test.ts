import test from "ava";

import { FailureLog } from "../../host/failure-log.ts";
import type { Command } from "../../host/domain/envelope.ts";
import type { LogFields } from "../../host/json-log.ts";
import { failureLinesPerSecondMax } from "../../host/limits.ts";
import { TraceRoots } from "../../host/tracing/trace-roots.ts";

const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
const command: Command = {
  id: "withdraw-1",
  command_type: "WithdrawCash",
  entity: "checking:1",
  aggregate: "checking:1",
  aggregate_type: "CheckingAccount",
  time: 0,
  cause: { kind: "external", id: `00-${trace}-00f067aa0ba902b7-01` },
  root_cause: "withdraw-1",
  depth: 0,
  payload: Buffer.from("secret"),
};
const untraced = {
  ...command,
  id: "withdraw-2",
  cause: { kind: "external", id: "withdraw-2" },
  root_cause: "withdraw-2",
} as const;

const emptyJournal = {
  async command() {
    return undefined;
  },
  async event() {
    return undefined;
  },
};

/** A log with a clock that is set by hand, and its lines. */
function failureLog({ isTraced = false }: { isTraced?: boolean } = {}) {
  const lines: (LogFields & { readonly event: string })[] = [];
  const clock = { now: 0 };
  const log = new FailureLog({
    logger: { log: (_, event, fields) => lines.push({ event, ...fields }) },
    roots: new TraceRoots({ journal: emptyJournal, share: 1 }),
    isTraced,
    now: () => clock.now,
  });
  return { log, lines, clock };
}

test("a failure is told by the ids of its command and of its caller's trace, without its payload", async (t) => {
  const { log, lines } = failureLog();
  log.put({ event: "command.parked", about: command, attempts: 5, reason: "the function trapped" });
  await new Promise(setImmediate);
  t.like(lines[0], {
    event: "command.parked",
    command_id: "withdraw-1",
    command_type: "WithdrawCash",
    entity: "checking:1",
    attempts: 5,
    reason: "the function trapped",
    trace_id: trace,
  });
  t.notRegex(JSON.stringify(lines), /secret|115,101/);
});

test("what nobody traces has no trace in the log", async (t) => {
  const failure = { event: "command.failed", about: untraced, attempts: 1, reason: "no" } as const;
  const { log, lines } = failureLog();
  log.put(failure);
  const traced = failureLog({ isTraced: true });
  traced.log.put(failure);
  await new Promise(setImmediate);
  t.is(lines[0]?.["trace_id"], undefined);
  t.regex(String(traced.lines[0]?.["trace_id"]), /^[0-9a-f]{32}$/);
});

test("failures without end do not fill a disk, and what was left out is told", async (t) => {
  const { log, lines, clock } = failureLog();
  for (let count = 0; count < failureLinesPerSecondMax + 7; count++)
    log.put({ event: "command.failed", about: command, attempts: 1, reason: "no" });
  await new Promise(setImmediate);
  t.is(lines.length, failureLinesPerSecondMax);
  clock.now = 1_000;
  log.put({ event: "command.failed", about: command, attempts: 2, reason: "no" });
  await new Promise(setImmediate);
  t.is(lines.at(-1)?.["lines_dropped"], 7);
});
