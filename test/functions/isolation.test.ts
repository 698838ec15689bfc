import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer, Socket } from "node:net";
import { join } from "node:path";
import { json } from "node:stream/consumers";

import test, { type ExecutionContext } from "ava";

import { type IsolationLevel, isolationLevels, processStart } from "../../host/functions/isolation.ts";

const nurseryFile = join(import.meta.dirname, "..", "..", "host", "functions", "runner", "nursery.cjs");
const breakOutFile = join(import.meta.dirname, "..", "fixtures", "functions", "break-out.cjs");

/** What code in a function process can do at a level: "done", or how it was refused, by what it tried. */
async function triedAt(
  t: ExecutionContext,
  level: IsolationLevel,
  { without = [] }: { without?: readonly string[] } = {},
): Promise<{ readonly [what: string]: string }> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => server.close());
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const nursery = fork(nurseryFile, [], { env: {}, execArgv: [], stdio: ["pipe", "ignore", "inherit", "ipc"] });
  t.teardown(() => nursery.kill("SIGKILL"));
  const { args, ...start } = processStart(level, { memoryBytesMax: 64 << 20 });
  nursery.send({
    kind: "start",
    id: 1,
    startMsMax: 10_000,
    ...start,
    args: [
      ...args.slice(0, -1).filter((arg) => !without.some((flag) => arg.startsWith(flag))),
      breakOutFile,
      String(port),
    ],
  });
  const [report, pipe] = await once(nursery, "message");
  t.like(report, { kind: "up", sealed: level > 0 });
  if (!(pipe instanceof Socket)) throw new Error("no pipe came");
  pipe.write("x");
  const tried: unknown = await json(pipe);
  return Object.fromEntries(Object.entries(tried ?? {}));
}

function doneOf(tried: { readonly [what: string]: string }): readonly string[] {
  return Object.keys(tried).filter((what) => tried[what] === "done");
}

for (const level of isolationLevels())
  test.serial(`at level ${level} a function process can open nothing, start nothing and see nothing`, async (t) => {
    const done = doneOf(await triedAt(t, level));
    t.deepEqual(done, level === 2 ? [] : ["signal the host"]);
  });

for (const level of isolationLevels().filter((level) => level > 0))
  test.serial(
    `at level ${level} the kernel alone lets it open and start nothing, should Node's checks be gone`,
    async (t) => {
      const without = ["--permission", "--allow", "--disallow", "--no-addons"];
      const tried = await triedAt(t, level, { without });
      const done = doneOf(tried).filter((what) => !what.startsWith("make ") && what !== "signal the host");
      t.deepEqual(done, []);
      t.is(tried["connect to a port"], "EMFILE");
      t.is(tried["read a file"], "EMFILE");
    },
  );

test("the levels on offer are those below the best, down to 0", (t) => {
  const levels = isolationLevels();
  t.deepEqual(levels, [2, 1, 0].slice(3 - levels.length));
});

test.serial("a process that dies while it starts is told as gone, with its last words", async (t) => {
  const nursery = fork(nurseryFile, [], { env: {}, execArgv: [], stdio: ["pipe", "ignore", "inherit", "ipc"] });
  t.teardown(() => nursery.kill("SIGKILL"));
  const { args, ...start } = processStart(0, { memoryBytesMax: 64 << 20 });
  nursery.send({ kind: "start", id: 1, startMsMax: 10_000, ...start, args: [...args.slice(0, -1), "/no/runner.cjs"] });
  const [report] = await once(nursery, "message");
  t.like(report, { kind: "gone", id: 1, code: 1 });
  t.regex(report.lastWords, /ERR_ACCESS_DENIED|no\/runner\.cjs/);
});
