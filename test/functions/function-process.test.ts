// What happens when a function misbehaves, dies or is replaced while calls are out.
import { getPriority } from "node:os";

import test, { type ExecutionContext } from "ava";

import type { FunctionRef, FunctionStatus, Step } from "../../host/ports/functions.ts";
import { puppetVersion } from "../fixtures/functions/component-fixture.ts";
import { commandOf, stepText, turnOf } from "../fixtures/functions/envelopes.ts";
import { type Opened, openPuppet, removeShared } from "../fixtures/functions/process-fixture.ts";
import { memoryOf } from "../linux-process.ts";

type Puppet = Opened & { readonly fn: FunctionRef };

const textsOf = (steps: readonly Step[]): readonly string[] => steps.map((step) => stepText(step));
const pidOf = ({ processes: [process] }: FunctionStatus): number => process?.pid ?? 0;

/** Waits for something that other processes bring about. */
async function until(t: ExecutionContext, what: string, holds: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > end) t.fail(`${what} did not come about within 10 s`);
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
}

/** Kinds of answers to one command each, all out at once. */
async function answersTo({ functions, fn }: Puppet, verbs: readonly string[]): Promise<readonly string[]> {
  const answers = await Promise.all(
    verbs.map((verb, index) => functions.handle(fn, { command: commandOf(verb, `c${index}`), state: null })),
  );
  return answers.map((answer) => (answer.kind === "ok" ? "ok" : answer.reason));
}

test.after.always("the components go", removeShared);

test.serial("a function that loops is ended at its deadline, and only its command fails", async (t) => {
  const { functions, fn } = await openPuppet(t, { deadlineMs: 200 });
  const texts = textsOf(await functions.turn(fn, turnOf("a", "loop", "b")));
  t.deepEqual(texts, ["a|none -> 1", "failed: no answer within 200 ms", "b|1 -> 2"]);
});

test.serial("a loop in the aggregator fails its command alone too", async (t) => {
  const { functions, fn } = await openPuppet(t, { deadlineMs: 200 });
  const texts = textsOf(await functions.turn(fn, turnOf("a", "foldloop", "b")));
  t.deepEqual(texts, ["a|none -> 1", "failed: no answer within 200 ms", "b|1 -> 2"]);
});

test.serial("a turn may take longer than the deadline when each of its commands does not", async (t) => {
  const { functions, fn } = await openPuppet(t, { deadlineMs: 400 });
  const began = performance.now();
  const steps = await functions.turn(fn, turnOf(...Array.from({ length: 32 }, () => "spin 40")));
  t.true(performance.now() - began > 400, "the turn was too quick to tell");
  t.true(steps.every(({ kind }) => kind === "decided"));
});

const onLinux = process.platform === "linux" ? test.serial : test.serial.skip;

onLinux("a process that the machine gives no processor is not blamed for it", async (t) => {
  const { functions, fn } = await openPuppet(t, { deadlineMs: 400 });
  const pid = pidOf(functions.status("puppet"));
  process.kill(pid, "SIGSTOP");
  const began = performance.now();
  const answer = functions.handle(fn, { command: commandOf("a"), state: null });
  await until(t, "twice the deadline", () => performance.now() - began > 800);
  process.kill(pid, "SIGCONT");
  t.is((await answer).kind, "ok");
  t.is(pidOf(functions.status("puppet")), pid);
});

onLinux("a process that never runs again is given up all the same", async (t) => {
  const { functions, fn } = await openPuppet(t, { deadlineMs: 100 });
  process.kill(pidOf(functions.status("puppet")), "SIGSTOP");
  const answer = await functions.handle(fn, { command: commandOf("a"), state: null });
  t.like(answer, { kind: "failed", reason: "no answer within 100 ms" });
});

onLinux("no more than 64 calls are in flight, and no more than 8 MiB and one of them", async (t) => {
  const puppet = await openPuppet(t);
  const { functions } = puppet;
  const inFlight = (): number => functions.status("puppet").processes[0]?.in_flight ?? 0;
  const pid = pidOf(functions.status("puppet"));
  process.kill(pid, "SIGSTOP");
  const small = answersTo(
    puppet,
    Array.from({ length: 100 }, () => "a"),
  );
  t.is(inFlight(), 64);
  process.kill(pid, "SIGCONT");
  t.deepEqual([...new Set(await small)], ["ok"]);
  process.kill(pid, "SIGSTOP");
  const large = answersTo(
    puppet,
    Array.from({ length: 20 }, () => "x".repeat(1 << 20)),
  );
  t.is(inFlight(), 8);
  process.kill(pid, "SIGCONT");
  t.deepEqual([...new Set(await large)], ["ok"]);
});

test.serial("a turn larger than a frame is sent in several", async (t) => {
  const { functions, fn } = await openPuppet(t);
  const filler = "x".repeat(1_000_000);
  const turn = { ...turnOf("a"), commands: Array.from({ length: 20 }, (_, index) => commandOf(filler, `c${index}`)) };
  const steps = await functions.turn(fn, turn);
  t.deepEqual(
    steps.map((step) => (step.kind === "decided" ? Buffer.from(step.state).toString() : step.reason)),
    steps.map((_, index) => String(index + 1)),
  );
});

test.serial("a single call larger than a frame fails", async (t) => {
  const { functions, fn } = await openPuppet(t);
  const answer = await functions.aggregate(fn, { state: null, events: new Uint8Array(17 << 20) });
  t.regex(answer.kind === "failed" ? answer.reason : "", /the call would have \d+ bytes, at most \d+ allowed/);
});

test.serial("what a function logged before it looped is told", async (t) => {
  const { functions, fn, lines } = await openPuppet(t, { deadlineMs: 200 });
  await functions.turn(fn, turnOf("logloop"));
  t.true(lines.some(({ message }) => message === "about to loop"));
});

test.serial("of 64 calls in flight only the one that loops fails", async (t) => {
  const puppet = await openPuppet(t, { deadlineMs: 200 });
  const verbs = Array.from({ length: 64 }, (_, index) => (index === 40 ? "loop" : "a"));
  const answers = await answersTo(puppet, verbs);
  t.is(answers[40], "no answer within 200 ms");
  t.deepEqual([...new Set(answers.filter((_, index) => index !== 40))], ["ok"]);
});

test.serial("no call is lost when the process is killed while 64 are in flight", async (t) => {
  const puppet = await openPuppet(t);
  const { functions, fn } = puppet;
  const answers = answersTo(
    puppet,
    Array.from({ length: 64 }, () => "spin 5"),
  );
  await functions.handle(fn, { command: commandOf("a"), state: null }).catch(() => {});
  const first = pidOf(functions.status("puppet"));
  const more = answersTo(
    puppet,
    Array.from({ length: 64 }, () => "spin 5"),
  );
  process.kill(first, "SIGKILL");
  t.deepEqual([...new Set([...(await answers), ...(await more)])], ["ok"]);
  t.not(pidOf(functions.status("puppet")), first);
  t.true(functions.status("puppet").restarts >= 1);
});

test.serial("a call that was out when its process was killed from outside is run again", async (t) => {
  const { functions, fn } = await openPuppet(t);
  const answer = functions.handle(fn, { command: commandOf("spin 50"), state: null });
  await until(t, "a call in flight", () => functions.status("puppet").processes[0]?.in_flight === 1);
  process.kill(pidOf(functions.status("puppet")), "SIGKILL");
  t.is((await answer).kind, "ok");
});

test.serial("a call for which there is no room in memory fails, and the next one has room again", async (t) => {
  const { functions, fn } = await openPuppet(t);
  const [grown, next] = await functions.turn(fn, turnOf("grow", "a"));
  t.regex(stepText(grown ?? t.fail()), /^failed: no more memory/);
  t.true((grown?.usage.memory_bytes ?? 0) <= 64 << 20);
  t.is(stepText(next ?? t.fail()), "a|none -> 1");
  t.is(next?.usage.memory_bytes, 65_536);
});

test.serial("a reason names the line of the function's own error", async (t) => {
  const { functions, fn } = await openPuppet(t);
  const [aborted, divided, deep] = textsOf(await functions.turn(fn, turnOf("abort", "divide 1", "stack")));
  t.regex(aborted ?? "", /^failed: this is why at line \d+ \(trapped: /);
  t.regex(divided ?? "", /divide by zero/);
  t.regex(deep ?? "", /Maximum call stack size exceeded/);
});

onLinux("a thousand traps leave the process alive and hardly larger", async (t) => {
  const { functions, fn } = await openPuppet(t);
  const pid = pidOf(functions.status("puppet"));
  const traps = turnOf(...Array.from({ length: 25 }, () => "trap"));
  await functions.turn(fn, traps);
  const before = await memoryOf(pid);
  for (let count = 0; count < 40; count++) await functions.turn(fn, traps);
  t.is(pidOf(functions.status("puppet")), pid);
  const growth = (await memoryOf(pid)) - before;
  t.true(growth < 64 << 20, `${growth} bytes more`);
  t.deepEqual(textsOf(await functions.turn(fn, turnOf("a"))), ["a|none -> 1"]);
});

test.serial("a function that fills its memory again and again fails each time, and its process lives", async (t) => {
  const { functions, fn } = await openPuppet(t);
  const pid = pidOf(functions.status("puppet"));
  const texts = textsOf(await functions.turn(fn, turnOf(...Array.from({ length: 30 }, () => "grow"), "a")));
  t.deepEqual([...new Set(texts.slice(0, 30).map((text) => text.slice(0, 22)))], ["failed: no more memory"]);
  t.is(texts[30], "a|none -> 1");
  t.is(pidOf(functions.status("puppet")), pid);
});

test.serial("answers and states larger than allowed fail their command", async (t) => {
  const { functions, fn } = await openPuppet(t);
  const [huge, state, next] = textsOf(await functions.turn(fn, turnOf("huge 20000000", "bigstate 9000000", "a")));
  t.regex(huge ?? "", /answered 20000000 bytes, at most \d+ allowed/);
  t.regex(state ?? "", /answered 9000000 bytes, at most \d+ allowed/);
  t.is(next, "a|none -> 1");
});

test.serial("a state of some MiB comes back whole", async (t) => {
  const { functions, fn } = await openPuppet(t);
  const [step] = await functions.turn(fn, turnOf("bigstate 5000000"));
  if (step?.kind !== "decided") {
    t.fail(step?.reason);
    return;
  }
  t.is(step.state.length, 5_000_000);
  t.true(step.state.every((byte) => byte === 0x30));
});

test.serial("what a function logs comes out by name, without what a terminal would obey", async (t) => {
  const { functions, fn, lines } = await openPuppet(t);
  await functions.turn(fn, turnOf("escape"));
  const line = lines.find(({ level }) => level === "warn");
  t.like(line, { name: "puppet", digest: fn.digest, message: "red \\u001b[31m and a\\u000anew line" });
});

test.serial("one call logs no more than a hundred lines", async (t) => {
  const { functions, fn, lines } = await openPuppet(t);
  await functions.turn(fn, turnOf("log 2000"));
  t.is(lines.length, 100);
  t.regex(lines.at(-1)?.message ?? "", /line 99 \(what this call logs from here on is dropped\)/);
});

test.serial(
  "a function that dies with every call is failing: callers are told at once, and later it is tried again",
  async (t) => {
    const { functions, fn } = await openPuppet(t, { deadlineMs: 60 });
    for (let count = 0; count < 5; count++)
      await functions.handle(fn, { command: commandOf("loop"), state: null }).catch(() => {});
    t.is(functions.status("puppet").state, "failing");
    await t.throwsAsync(functions.handle(fn, { command: commandOf("a"), state: null }), {
      code: "FUNCTION_UNAVAILABLE",
      message: /dies again and again/,
    });
    let answered = false;
    const end = performance.now() + 10_000;
    while (!answered && performance.now() < end)
      answered = await functions.handle(fn, { command: commandOf("a"), state: null }).then(
        ({ kind }) => kind === "ok",
        () => new Promise<boolean>((resolve) => setTimeout(resolve, 20, false)),
      );
    t.true(answered);
    t.is(functions.status("puppet").state, "idle");
  },
);

test.serial("a function that looped gives way to all others until it has nothing to do", async (t) => {
  const puppet = await openPuppet(t, { deadlineMs: 200 });
  const { functions, fn } = puppet;
  const priority = (): number => getPriority(pidOf(functions.status(fn.name)));
  await answersTo(puppet, ["a"]);
  const usual = priority();
  t.deepEqual(await answersTo(puppet, ["loop"]), ["no answer within 200 ms"]);
  const next = answersTo(puppet, ["spin 50"]);
  await until(t, "the next process", () => functions.status(fn.name).processes.some(({ in_flight }) => in_flight > 0));
  t.true(priority() > usual);
  t.deepEqual(await next, ["ok"]);
  t.is(functions.status(fn.name).state, "idle");
  const later = answersTo(puppet, ["spin 50"]);
  await until(t, "a process", () => functions.status(fn.name).processes.some(({ in_flight }) => in_flight > 0));
  t.is(priority(), usual);
  t.deepEqual(await later, ["ok"]);
});

test.serial("a function without calls gives its process back, and starts again with the next call", async (t) => {
  const { functions, fn } = await openPuppet(t, { idleMs: 50 });
  await functions.turn(fn, turnOf("a"));
  await until(t, "an idle function", () => functions.status("puppet").state === "idle");
  t.deepEqual(functions.status("puppet").processes, []);
  t.deepEqual(textsOf(await functions.turn(fn, turnOf("a"))), ["a|none -> 1"]);
});

test.serial("no call fails while another version takes over, again and again", async (t) => {
  const { functions, fn } = await openPuppet(t);
  const { digest } = await functions.check(await puppetVersion("2"));
  const versions = [fn, { name: "puppet", digest }];
  let active = fn;
  const swaps = 10;
  // As long as it takes: on a busy machine the start of a version takes longer than many calls.
  const swapping = new AbortController();
  const callers = Array.from({ length: 16 }, async () => {
    while (!swapping.signal.aborted)
      t.deepEqual(textsOf(await functions.turn(active, turnOf("a", "b"))), ["a|none -> 1", "b|1 -> 2"]);
  });
  const calling = Promise.all(callers);
  try {
    for (let swap = 1; swap <= swaps; swap++) {
      const next = versions[swap % 2] ?? fn;
      await functions.activate(next);
      active = next;
      const before = functions.status("puppet").calls;
      await until(t, "calls of the new version", () => functions.status("puppet").calls >= before + 200);
    }
  } finally {
    swapping.abort();
  }
  await calling;
  t.is(functions.status("puppet").failures, 0);
  await until(t, "the end of older versions", () => functions.status("puppet").processes.length <= 1);
});

test.serial("a retired function finishes what it has and ends", async (t) => {
  const { functions, fn } = await openPuppet(t);
  const steps = functions.turn(fn, turnOf("spin 20", "spin 20"));
  await functions.retire("puppet");
  t.is(
    (await steps).every(({ kind }) => kind === "decided"),
    true,
  );
  await until(t, "no process", () => functions.status("puppet").processes.length === 0);
});

test.serial("calls past the queue's bound are refused, and those in it are answered", async (t) => {
  const { functions, fn } = await openPuppet(t);
  const command = commandOf("a");
  const calls = Array.from({ length: 8_192 + 64 + 20 }, () => functions.handle(fn, { command, state: null }));
  const settled = await Promise.allSettled(calls);
  const refused = settled.filter(({ status }) => status === "rejected");
  t.true(refused.length > 0 && refused.length <= 84, `${refused.length} refused`);
  for (const { status, ...rest } of settled)
    if (status === "rejected" && "reason" in rest) t.is(rest.reason.code, "FUNCTION_UNAVAILABLE");
});

test.serial("closing ends calls that are out as unavailable, and all processes", async (t) => {
  const { functions, fn } = await openPuppet(t);
  const call = functions.handle(fn, { command: commandOf("loop"), state: null });
  const pid = pidOf(functions.status("puppet"));
  const refused = t.throwsAsync(call, { code: "FUNCTION_UNAVAILABLE" });
  await functions.close();
  await refused;
  await until(t, "the end of the process", () => !isAlive(pid));
  await t.throwsAsync(functions.handle(fn, { command: commandOf("a"), state: null }), {
    code: "FUNCTION_UNAVAILABLE",
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test.serial("a nursery that is killed is replaced, and no call is lost", async (t) => {
  const puppet = await openPuppet(t);
  const { functions, notices } = puppet;
  const pid = functions.nurseryPid ?? t.fail();
  const answers = answersTo(
    puppet,
    Array.from({ length: 200 }, () => "spin 1"),
  );
  process.kill(pid, "SIGKILL");
  t.deepEqual([...new Set(await answers)], ["ok"]);
  t.not(functions.nurseryPid, pid);
  t.true(notices.some((notice) => notice.includes("another one takes over")));
});

test.serial("a call whose nursery dies again and again is not taken for what killed its process", async (t) => {
  const puppet = await openPuppet(t);
  const { functions, fn } = puppet;
  const answer = answersTo(puppet, ["spin 400"]);
  for (let deaths = 0; deaths < 3; deaths++) {
    await until(t, "the call", () => functions.status(fn.name).processes.some(({ in_flight }) => in_flight > 0));
    const pid = functions.nurseryPid ?? t.fail();
    process.kill(pid, "SIGKILL");
    await until(t, "another nursery", () => functions.nurseryPid !== pid);
  }
  t.deepEqual(await answer, ["ok"]);
});
