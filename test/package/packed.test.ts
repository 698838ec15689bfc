import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import test from "ava";

import { OutputWatch } from "../cli/output-watch.ts";
import { typeFaultsIn } from "../client/typed-program.ts";
import { InstalledPackage } from "./installed-package.ts";

let installed: InstalledPackage;

test.before("npm installs what npm packs", async (t) => {
  t.timeout(600_000);
  installed = await InstalledPackage.install();
});

test.serial("the package holds what runs and what is read, and no test, source or build of a function", (t) => {
  const { files } = installed;
  for (const expected of [
    "host/cli/evento.js",
    "build/package/host/cli/main.js",
    "build/package/host/console/served/index.html",
    "build/package/host/domain/envelopes.avsc",
    "build/package/host/functions/runner/runner.cjs",
    "build/package/sdk-assemblyscript/assembly/index.ts",
    "build/package/sdk-assemblyscript/evento.wit",
    "build/package/sdk-assemblyscript/testing.d.ts",
    "docs/errors.md",
  ])
    t.true(files.includes(expected), expected);
  const sources = files.filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"));
  t.deepEqual(
    sources.filter((file) => !/^build\/package\/sdk-assemblyscript\/(?:assembly|templates)\//.test(file)),
    [],
  );
  t.deepEqual(
    files.filter((file) => /^(?:test|functions|schemas|data|node_modules)\//.test(file)),
    [],
  );
});

test.serial("the package asks for all that it imports, and for nothing that only its development needs", async (t) => {
  const packages = await installed.packages();
  for (const development of ["ava", "fast-check", "knip", "oxlint", "puppeteer-core"])
    t.false(packages.includes(development));
  const { stdout } = await installed.run("npx", ["evento", "--help"]);
  t.regex(stdout, /Usage: evento/);
});

test.serial("npx evento serve runs a function built by the package, and SIGTERM to npx closes the host", async (t) => {
  t.timeout(180_000);
  await installed.run("npx", ["evento", "new", "counter", "--aggregate", "Counter"]);
  await installed.run("npx", ["evento", "build"]);
  const npx = installed.start(t, "npx", ["evento", "serve", "--listen", "127.0.0.1:0"]);
  const log = new OutputWatch(npx.stderr);
  const [, url = ""] = await new OutputWatch(npx.stdout).until(/listens on (http:\S+)/);
  await installed.run("npx", ["evento", "deploy", "functions/counter", "--host", url]);
  const command = { entity: "counter:1", command_type: "CreateCounter", payload: { name: "Ada" } };
  const answer = await fetch(`${url}/commands`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(command),
  });
  t.is(answer.status, 200);
  t.like(await answer.json(), { status: "done", events: [{ event_type: "CounterCreated", payload: { name: "Ada" } }] });
  t.regex(await (await fetch(url)).text(), /<!doctype html>/);
  npx.kill("SIGTERM");
  await log.until(/"host\.closed"/);
  await t.throwsAsync(fetch(`${url}/healthz`));
});

test.serial("npx evento dev deploys what is there, and what is saved", async (t) => {
  t.timeout(180_000);
  const directory = join(installed.directory, "functions", "tally");
  await installed.run("npx", ["evento", "new", "tally", "--aggregate", "Tally"]);
  const dev = installed.start(t, "npx", ["evento", "dev", "--listen", "127.0.0.1:0", "--data", "data-of-dev"]);
  const [, url = ""] = await new OutputWatch(dev.stdout).until(/listens on (http:\S+)/);
  const notes = new OutputWatch(dev.stderr);
  const handler = join(directory, "handler.ts");
  await writeFile(handler, (await readFile(handler, "utf8")).replace("a name is missing", "what is it called?"));
  await notes.until(/tally\s+version 2/);
  const post = ["evento", "command", "tally:1", "CreateTally", '{"name":""}', "--host", url];
  const { stdout } = await installed.run("npx", post);
  t.like(JSON.parse(stdout), { events: [{ payload: { reason: "what is it called?" } }] });
});

test.serial(
  "a program compiles against the client's types, and posts with it on whichever Node is there",
  async (t) => {
    t.timeout(180_000);
    const { directory } = installed;
    const host = installed.start(t, "npx", ["evento", "serve", "--listen", "127.0.0.1:0", "--data", "data-of-client"]);
    const [, url = ""] = await new OutputWatch(host.stdout).until(/listens on (http:\S+)/);
    await installed.run("npx", ["evento", "deploy", "functions/counter", "--host", url]);
    await installed.run("npx", ["evento", "codegen", "--from", url, "--out", "aggregates.ts"]);
    const lines = (type: string, aggregates: string): string =>
      [
        `import { EventoClient } from "evento/client";`,
        type,
        `const client = new EventoClient${aggregates}({ url: ${JSON.stringify(url)} });`,
        `await client.post({ entity: "counter:2", command_type: "CreateCounter", payload: { name: "Ada" } });`,
        `console.log((await client.state("counter:2")).state.name);`,
      ].join("\n");
    const typed = lines(`import type { Aggregates } from "./aggregates.ts";`, "<Aggregates>");
    t.is(await typeFaultsIn(directory, { "program.ts": typed }), "");
    t.regex(await typeFaultsIn(directory, { "faulty.ts": typed.replace("name:", "nme:") }), /^faulty\.ts\(4,/);
    await writeFile(join(directory, "program.js"), lines("", ""));
    t.is((await installed.run("node", ["program.js"])).stdout, "Ada\n");
  },
);

test.serial("the launcher ends with code 0 by SIGTERM", async (t) => {
  const bin = join(installed.directory, "node_modules", ".bin", "evento");
  const host = installed.start(t, bin, ["serve", "--listen", "127.0.0.1:0", "--data", "data-of-bin"]);
  await new OutputWatch(host.stdout).until(/listens on/);
  const ended = once(host, "exit");
  host.kill("SIGTERM");
  t.deepEqual(await ended, [0, null]);
});
