import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import test, { type ExecutionContext } from "ava";

import { HostHarness } from "../host-harness.ts";
import { jsonLines, runEvento, startEvento, type Ran } from "./evento-run.ts";
import { builtGreetingProject, type GreetingProject } from "./greeting-project.ts";
import { OutputWatch } from "./output-watch.ts";

type Bench = {
  readonly host: HostHarness;
  readonly project: GreetingProject;
  readonly evento: (args: readonly string[], input?: string) => Promise<Ran>;
};

test.serial("a command's events come back, and the same id does not happen twice", async (t) => {
  const { evento } = await greetingHost(t);
  const args = ["command", "greeting:1", "Greet", '{"name":"Ada"}', "--id", "g-1"];
  const first = await evento(args);
  t.is(first.code, 0, first.stderr);
  t.like(JSON.parse(first.stdout), {
    status: "done",
    command: { id: "g-1" },
    events: [{ event_type: "Greeted", sequence: 1, payload: { text: "Hello, Ada!", times: 1 } }],
  });
  t.is((await evento(args)).stdout, first.stdout);
  t.like(JSON.parse((await evento(["aggregate", "greeting:1"])).stdout), { sequence: 1, state: { times: 1 } });
});

test.serial("what a host refuses is told by path with exit code 1, and leaves standard output empty", async (t) => {
  const { evento } = await greetingHost(t);
  const refused = await evento(["command", "greeting:1", "Greet", '{"nme":"Ada"}']);
  t.is(refused.code, 1);
  t.is(refused.stdout, "");
  t.regex(refused.stderr, /^error: .*\(PAYLOAD_INVALID\)$/m);
  t.regex(refused.stderr, /^ {2}payload\.nme: /m);
  const late = await evento(["command", "greeting:1", "Greet", '{"name":"Ada"}', "--expected-sequence", "7"]);
  t.is(late.code, 1);
  t.regex(late.stderr, /SEQUENCE_MISMATCH/);
});

test.serial("the past of an aggregate is shown by sequence and by time", async (t) => {
  const { evento } = await greetingHost(t);
  await evento(["command", "greeting:1", "Greet", '{"name":"Ada"}']);
  const between = new Date().toISOString();
  await evento(["command", "greeting:1", "Greet", '{"name":"Ada"}']);
  t.like(JSON.parse((await evento(["aggregate", "greeting:1"])).stdout), { sequence: 2 });
  t.like(JSON.parse((await evento(["aggregate", "greeting:1", "--at", "1"])).stdout), { sequence: 1 });
  t.like(JSON.parse((await evento(["aggregate", "greeting:1", "--at", between])).stdout), { sequence: 1 });
  const listed = await evento(["aggregate", "--type", "Greeting"]);
  t.deepEqual(jsonLines(listed.stdout), [{ aggregate: "greeting:1", sequence: 2 }]);
});

test.serial("an event from outside is posted, read, filtered and traced", async (t) => {
  const { evento } = await greetingHost(t);
  const posted = await evento(["event", "greeting:1", "Greeted", '{"text":"Hi","times":3}', "--id", "e-1"]);
  t.is(posted.code, 0, posted.stderr);
  t.like(JSON.parse(posted.stdout), { event: { id: "e-1", sequence: 1 } });
  await evento(["command", "greeting:2", "Greet", '{"name":"Ada"}', "--id", "c-1"]);
  const events = jsonLines((await evento(["events", "--aggregate-type", "Greeting"])).stdout);
  t.like(events, [{ id: "e-1" }, { id: "c-1!0" }]);
  t.like(jsonLines((await evento(["events", "--entity", "greeting:2"])).stdout), [{ id: "c-1!0" }]);
  t.is(jsonLines((await evento(["events", "--limit", "1"])).stdout).length, 1);
  t.like(JSON.parse((await evento(["trace", "c-1!0"])).stdout), { id: "c-1", children: [{ kind: "command" }] });
});

test.serial("many commands are imported in order, refused lines are counted and the rest goes on", async (t) => {
  const { evento, project } = await greetingHost(t);
  const lines = Array.from({ length: 300 }, (_, index) =>
    JSON.stringify({ id: `l-${index}`, entity: "greeting:1", command_type: "Greet", payload: { name: "Ada" } }),
  );
  lines[150] = "{broken";
  const file = join(project.directory, "lines.ndjson");
  await writeFile(file, `${lines.join("\n")}\n`);
  const imported = await evento(["command", "--file", file]);
  t.is(imported.code, 1);
  const answers = jsonLines(imported.stdout);
  t.is(answers.length, 300);
  t.like(answers[0], { status: "done", command: { id: "l-0" } });
  t.like(answers[150], { status: 400, line: 151 });
  t.like(answers[299], { status: "done", command: { id: "l-299" } });
  t.regex(imported.stderr, /^300 lines done, 1 refused, 0 parked/m);
  const again = await evento(["command", "-"], lines.filter((line) => line !== "{broken").join("\n"));
  t.is(again.code, 0, again.stderr);
  t.like(JSON.parse((await evento(["aggregate", "greeting:1"])).stdout), { sequence: 299 });
});

test.serial(
  "a parked command is exit code 1, is listed with its reason, and is done when its function is mended",
  async (t) => {
    const { evento, project } = await greetingHost(t, { EVENTO_TRIES: "1" });
    await project.edit("handler.ts", "import { Events }", "import { Events, fail }");
    await project.edit(
      "handler.ts",
      "const times",
      'if (command.name == "Bob") return fail("no Bobs today");\n  const times',
    );
    t.is((await evento(["deploy", "functions/greeting"])).code, 0);
    const parked = await evento(["command", "greeting:1", "Greet", '{"name":"Bob"}', "--id", "bob"]);
    t.is(parked.code, 1);
    t.like(JSON.parse(parked.stdout), { status: "parked" });
    t.regex(parked.stderr, /no Bobs today[^]*evento parked retry bob/);
    t.like(jsonLines((await evento(["parked"])).stdout), [{ command: { id: "bob" }, last_error: "no Bobs today" }]);
    const again = await evento(["parked", "retry", "--all"]);
    t.is(again.code, 1);
    await project.edit("handler.ts", "no Bobs today", "no Bobs");
    await project.edit("handler.ts", 'command.name == "Bob"', 'command.name == "Eve"');
    t.is((await evento(["deploy", "functions/greeting"])).code, 0);
    const done = await evento(["command", "greeting:1", "Greet", '{"name":"Bob"}', "--id", "bob", "--wait", "20"]);
    t.is(done.code, 0, done.stderr);
    t.deepEqual(jsonLines((await evento(["parked"])).stdout), []);
  },
);

test.serial("functions are shown, rolled back and removed", async (t) => {
  const { evento, project } = await greetingHost(t);
  await project.edit("handler.ts", "Hello, ", "Good day, ");
  const deployed = await evento(["deploy", "functions"]);
  t.like(JSON.parse(deployed.stdout), { name: "greeting", version: 2, aggregate: "Greeting" });
  t.like(jsonLines((await evento(["functions"])).stdout), [{ name: "greeting", version: 2 }]);
  t.is((await evento(["functions", "rollback", "greeting", "1"])).code, 0);
  t.like(JSON.parse((await evento(["functions", "greeting"])).stdout), { version: 1 });
  t.is((await evento(["functions", "remove", "greeting"])).code, 0);
  t.is((await evento(["functions", "greeting"])).code, 1);
});

test.serial("what a function logs is printed, with what a terminal would obey made visible", async (t) => {
  const { evento, project } = await greetingHost(t);
  await project.edit("handler.ts", "import { Events }", "import { Events, log }");
  await project.edit("handler.ts", "const times", 'log.warn("greets \\x1b[31m" + command.name);\n  const times');
  t.is((await evento(["deploy", "functions/greeting"])).code, 0);
  t.is((await evento(["functions", "log", "greeting"])).stdout, "");
  for (const name of ["Ada", "Bob"])
    await evento(["command", "greeting:1", "Greet", JSON.stringify({ name }), "--id", `greet-${name}`]);
  const { code, stdout } = await evento(["functions", "log", "greeting"]);
  t.is(code, 0);
  t.like(jsonLines(stdout), [
    { number: 1, level: "warn", about: "greet-Ada", message: String.raw`greets \u001b[31mAda` },
    { number: 2, level: "warn", about: "greet-Bob", message: String.raw`greets \u001b[31mBob` },
  ]);
  t.is((await evento(["functions", "log", "nobody"])).code, 1);
});

test.serial("components, rules and schemas are deployed from files", async (t) => {
  const { evento, project } = await greetingHost(t);
  t.is((await evento(["functions", "remove", "greeting"])).code, 0);
  const wasm = project.path("build/greeting.wasm");
  t.like(JSON.parse((await evento(["deploy", wasm])).stdout), { name: "greeting" });
  const rules = join(project.directory, "rules.json");
  await writeFile(
    rules,
    JSON.stringify({
      rules: [{ on: "Greeting.Greeted", when: "false", dispatch: [{ entity: "'greeting:2'", command_type: "Greet" }] }],
    }),
  );
  t.is((await evento(["deploy", rules])).code, 2);
  t.like(JSON.parse((await evento(["deploy", rules, "--name", "echo"])).stdout), {
    name: "echo",
    kinds: ["dispatcher"],
  });
  const shown = await evento(["schemas", "Greeting"]);
  const schema = join(project.directory, "Greeting.avsc");
  await writeFile(schema, shown.stdout);
  t.like(JSON.parse((await evento(["schemas", "register", schema])).stdout), {
    aggregate_type: "Greeting",
    version: 1,
  });
  t.is((await evento(["command", "greeting:1", "Greet", '{"name":"Ada"}'])).code, 0);
  await writeFile(schema, shown.stdout.replace('"name":"Greeted"', '"name":"Welcomed"'));
  const refused = await evento(["schemas", "register", schema]);
  t.is(refused.code, 1);
  t.regex(refused.stderr, /Greeted/);
});

test.serial("what is no component is refused with the reason, and what runs goes on", async (t) => {
  const { evento, project } = await greetingHost(t);
  const file = join(project.directory, "greeting.wasm");
  await writeFile(file, "no component");
  const refused = await evento(["deploy", file]);
  t.is(refused.code, 1);
  t.regex(refused.stderr, /FUNCTION_REFUSED/);
  t.like(jsonLines((await evento(["functions"])).stdout), [{ name: "greeting", version: 1 }]);
});

test.serial("a data directory that a host runs on is not touched", async (t) => {
  const host = await HostHarness.start(t);
  for (const command of ["verify", "reindex"]) {
    const { code, stderr } = await runEvento([command, "--data", join(host.directory, "data")]);
    t.is(code, 1);
    t.regex(stderr, /JOURNAL_LOCKED[^]*hint: /);
  }
  await host.kill("SIGTERM");
  const verified = await runEvento(["verify", "--data", join(host.directory, "data")]);
  t.is(verified.code, 0, verified.stderr);
  t.like(JSON.parse(verified.stdout), { sound: true, fault_count: 0 });
  t.is((await runEvento(["reindex", "--data", join(host.directory, "data")])).code, 0);
});

test.serial("damage is exit code 1, and the report names it", async (t) => {
  const host = await HostHarness.start(t);
  await host.kill("SIGTERM");
  const head = join(host.directory, "data/head");
  const bytes = await readFile(head);
  await writeFile(head, bytes.fill(0xff));
  const { code, stdout, stderr } = await runEvento(["verify", "--data", join(host.directory, "data")]);
  t.is(code, 1);
  t.like(JSON.parse(stdout), { sound: false, faults: [{ code: "HEAD_DAMAGED" }] });
  t.regex(stderr, /DATA_DAMAGED/);
});

test.serial("following goes on over a restart of the host, without a gap and without a repeat", async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "evento-follow-"));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  const address = `127.0.0.1:${await freePort()}`;
  const serve = async (): Promise<{ stop: () => Promise<void> }> => {
    const child = startEvento(t, ["serve", "--listen", address, "--data", join(directory, "data")]);
    await new OutputWatch(child.stdout).until(/http:/);
    return {
      async stop() {
        const ended = once(child, "exit");
        child.kill("SIGTERM");
        t.deepEqual(await ended, [0, null]);
      },
    };
  };
  const evento = (...args: string[]): Promise<Ran> => runEvento([...args, "--host", `http://${address}`]);
  const schema = async (name: string): Promise<void> => {
    const file = join(directory, `${name}.avsc`);
    const root = { type: "record", namespace: name, name, evento: "root", entity: name.toLowerCase(), fields: [] };
    await writeFile(file, JSON.stringify([root]));
    t.is((await evento("schemas", "register", file)).code, 0);
  };
  const first = await serve();
  const follower = startEvento(t, ["events", "--follow", "--after", "0", "--host", `http://${address}`]);
  const followed = new OutputWatch(follower.stdout);
  await schema("One");
  await followed.until(/"position":1\b.*\n/);
  await first.stop();
  const second = await serve();
  await schema("Two");
  await followed.until(/"position":2\b.*\n/);
  await second.stop();
  t.like(jsonLines(followed.text), [{ position: 1 }, { position: 2 }]);
});

test.serial("following begins at the end of the log, or after a position", async (t) => {
  const { host, evento } = await greetingHost(t);
  const follow = (...args: string[]): ReturnType<typeof startEvento> =>
    startEvento(t, ["events", "--follow", "--limit", "1", ...args], { environment: { EVENTO_URL: host.url } });
  const fromStart = follow("--after", "0");
  t.regex((await new OutputWatch(fromStart.stdout).until(/.*\n/))[0], /"position":1\b/);
  const fromEnd = follow("--type", "Greeted");
  const followed = new OutputWatch(fromEnd.stdout);
  const ended = once(fromEnd, "exit");
  while (followed.text === "") await evento(["command", "greeting:1", "Greet", '{"name":"Ada"}']);
  await followed.until(/"event_type":"Greeted".*\n/);
  t.deepEqual(await ended, [0, null]);
});

/** A host with the greeting deployed, and the command line pointed at it. */
async function greetingHost(t: ExecutionContext, environment: { [name: string]: string } = {}): Promise<Bench> {
  const [host, project] = await Promise.all([HostHarness.start(t, { environment }), builtGreetingProject(t)]);
  const evento = (args: readonly string[], input?: string): Promise<Ran> =>
    runEvento(args, {
      directory: project.directory,
      environment: { EVENTO_URL: host.url },
      ...(input === undefined ? {} : { input }),
    });
  const deployed = await evento(["deploy", "functions/greeting"]);
  t.is(deployed.code, 0, deployed.stderr);
  return { host, project, evento };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port }: AddressInfo = Object(server.address());
  server.close();
  await once(server, "close");
  return port;
}
