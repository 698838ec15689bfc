import { once } from "node:events";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";

import test, { type ExecutionContext } from "ava";

import { jsonLines, runEvento, startEvento, type Ran } from "./evento-run.ts";
import { builtGreetingProject, greetingProject, type GreetingProject } from "./greeting-project.ts";
import { OutputWatch } from "./output-watch.ts";

type Dev = {
  readonly url: string;
  readonly notes: OutputWatch;
  readonly evento: (...args: string[]) => Promise<Ran>;
  /** Ends it as Ctrl-C does. */
  readonly stop: () => Promise<void>;
};

test.serial(
  "what is under functions is deployed before the URL is printed, and state is kept between runs",
  async (t) => {
    const project = await greetingProject(t);
    const first = await startDev(t, project);
    t.regex(first.notes.text, /greeting +version 1, new +handler and aggregator of Greeting +built in/);
    t.regex(first.notes.text, /curl .*"command_type":"Greet","payload":\{"name":"Ada"\}/);
    t.is((await first.evento("command", "greeting:1", "Greet", '{"name":"Ada"}')).code, 0);
    await first.stop();
    const second = await startDev(t, project);
    t.regex(second.notes.text, /greeting +version 1, unchanged +handler and aggregator of Greeting\n/);
    t.like(JSON.parse((await second.evento("aggregate", "greeting:1")).stdout), { sequence: 1 });
    await second.stop();
  },
);

test.serial("a saved function is deployed anew, and the state before it goes on", async (t) => {
  const project = await builtGreetingProject(t);
  const dev = await startDev(t, project);
  await dev.evento("command", "greeting:1", "Greet", '{"name":"Ada"}');
  dev.notes.clear();
  await project.edit("handler.ts", "Hello again", "Welcome back");
  await dev.notes.until(/greeting +version 2, new/);
  const answer = await dev.evento("command", "greeting:1", "Greet", '{"name":"Ada"}');
  t.like(JSON.parse(answer.stdout), { events: [{ payload: { text: "Welcome back, Ada!", times: 2 } }] });
});

test.serial("what is wrong in a function is told with its place, and what ran goes on running", async (t) => {
  const project = await builtGreetingProject(t);
  const dev = await startDev(t, project);
  dev.notes.clear();
  await project.edit("handler.ts", "command.name", "command.nam");
  await dev.notes.until(/^functions\/greeting\/handler\.ts:\d+:\d+ error: .*nam/m);
  t.is((await dev.evento("command", "greeting:1", "Greet", '{"name":"Ada"}')).code, 0);
  dev.notes.clear();
  await project.edit("handler.ts", "command.nam", "command.name");
  await project.edit("handler.ts", "Hello, ", "Good day, ");
  await dev.notes.until(/greeting +version 2, new/);
  t.pass();
});

test.serial("a saved schema is a change of the functions that are built with it", async (t) => {
  const project = await builtGreetingProject(t);
  const dev = await startDev(t, project);
  dev.notes.clear();
  await project.edit("../../schemas/greeting/Greeting.avsc", "How often", "The number of times that");
  await dev.notes.until(/greeting +version 2, new/);
  t.pass();
});

test.serial("a function that the host refuses is told of with the reason", async (t) => {
  const project = await builtGreetingProject(t);
  const dev = await startDev(t, project);
  dev.notes.clear();
  await project.edit("evento.json", '"name": "greeting"', '"name": "greeter"');
  await dev.notes.until(/functions\/greeting was not deployed\nerror: .*\(FUNCTION_CLAIMED\)/);
  const names = jsonLines((await dev.evento("functions")).stdout);
  t.like(names, [{ name: "greeting", version: 1 }]);
});

test.serial("what a function logs and why it failed is seen at once", async (t) => {
  const project = await builtGreetingProject(t);
  await project.edit("handler.ts", "import { Events }", "import { Events, fail, log }");
  await project.edit(
    "handler.ts",
    "const times",
    'log.info("asked by Bob");\n  if (command.name == "Bob") return fail("no Bobs");\n  const times',
  );
  const dev = await startDev(t, project, { EVENTO_TRIES: "1" });
  t.is((await dev.evento("command", "greeting:1", "Greet", '{"name":"Bob"}', "--id", "bob")).code, 1);
  await dev.notes.until(/^\d\d:\d\d:\d\d greeting asked by Bob$/m);
  await dev.notes.until(/^parked Greet → greeting:1 after 1 try \(bob\): no Bobs$/m);
  await dev.stop();
});

test.serial("a project without functions gets a host all the same", async (t) => {
  const project = await greetingProject(t);
  await rm(join(project.directory, "functions"), { recursive: true });
  const dev = await startDev(t, project);
  t.deepEqual(jsonLines((await dev.evento("functions")).stdout), []);
  await dev.stop();
});

test.serial(
  "a build is kept as a component beside its function, and taken again while its sources are the same",
  async (t) => {
    const project = await greetingProject(t);
    const build = (): Promise<Ran> => runEvento(["build"], { directory: project.directory });
    t.like(jsonLines((await build()).stdout), [{ name: "greeting", fresh: true }]);
    const component = await readFile(project.path("build/greeting.wasm"));
    t.deepEqual([...component.subarray(0, 8)], [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00]);
    t.like(jsonLines((await build()).stdout), [{ fresh: false }]);
    await project.edit("aggregator.ts", "export", "// changed\nexport");
    t.like(jsonLines((await build()).stdout), [{ fresh: true }]);
    t.deepEqual(await readFile(project.path("build/greeting.wasm")), component);
  },
);

test.serial("a build that fails tells where, and is exit code 1", async (t) => {
  const project = await greetingProject(t);
  await project.edit("handler.ts", "command.name", "command.nam");
  const { code, stdout, stderr } = await runEvento(["build", "functions/greeting"], { directory: project.directory });
  t.is(code, 1);
  t.is(stdout, "");
  t.regex(stderr, /^functions\/greeting\/handler\.ts:\d+:\d+ error: .*\n.*command\.nam\b.*\n +\^$/m);
});

/** Runs `evento dev` in a project until it listens. */
async function startDev(
  t: ExecutionContext,
  project: GreetingProject,
  environment: { readonly [name: string]: string } = {},
): Promise<Dev> {
  const { directory } = project;
  const child = startEvento(t, ["dev", "--listen", "127.0.0.1:0"], { directory, environment });
  const notes = new OutputWatch(child.stderr);
  const { promise: failed, reject } = Promise.withResolvers<never>();
  child.once("exit", (code) => reject(new Error(`evento dev ended with ${code}: ${notes.text}`)));
  const [url] = await Promise.race([new OutputWatch(child.stdout).until(/http:\S+/), failed]);
  failed.catch(() => {});
  return {
    url,
    notes,
    evento: (...args) => runEvento(args, { directory, environment: { EVENTO_URL: url } }),
    async stop() {
      const ended = once(child, "exit");
      child.kill("SIGINT");
      t.deepEqual(await ended, [0, null]);
    },
  };
}
