import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import test, { type ExecutionContext } from "ava";

import { runEvento, type Ran } from "./evento-run.ts";

const repository = fileURLToPath(new URL("../../", import.meta.url));

test.serial("a new function passes its own test, and a test that fails is exit code 1", async (t) => {
  const directory = await emptyProject(t);
  const evento = (...args: string[]): Promise<Ran> => runEvento(args, { directory });
  const made = await evento("new", "counter", "--aggregate", "Counter");
  t.is(made.code, 0, made.stderr);
  t.true(made.stdout.split("\n").includes("functions/counter/handler.ts"));
  const passed = await evento("test", "functions/counter");
  t.is(passed.code, 0, passed.stdout + passed.stderr);
  t.regex(passed.stdout, /tests? passed/);
  const file = join(directory, "functions/counter/counter.test.ts");
  await writeFile(file, `${await readFile(file, "utf8")}\ntest("no", (t) => t.fail());\n`);
  const failed = await evento("test");
  t.is(failed.code, 1);
});

test.serial("a function that is there is not overwritten", async (t) => {
  const directory = await emptyProject(t);
  await runEvento(["new", "counter", "--aggregate", "Counter"], { directory });
  const again = await runEvento(["new", "counter", "--aggregate", "Counter"], { directory });
  t.is(again.code, 1);
  t.regex(again.stderr, /FUNCTION_EXISTS[^]*hint: /);
});

test("a completion script knows commands, their subcommands and options", async (t) => {
  const { stdout, code } = await runEvento(["completion", "bash"]);
  t.is(code, 0);
  t.regex(stdout, /"parked retry"\) next=".*--all/);
  t.regex((await runEvento(["completion", "fish"])).stdout, /-a events/);
  t.regex((await runEvento(["completion", "zsh"])).stdout, /^#compdef evento/);
});

/** A project with AVA and no function. */
async function emptyProject(t: ExecutionContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "evento-project-"));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  await writeFile(join(directory, "package.json"), '{ "type": "module" }');
  await cp(join(repository, "ava.config.js"), join(directory, "ava.config.js"));
  await symlink(join(repository, "node_modules"), join(directory, "node_modules"));
  return directory;
}
