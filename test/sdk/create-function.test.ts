import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import test, { type ExecutionContext } from "ava";

import type { EventoError } from "../../host/errors.ts";
import { createFunction } from "../../sdk-assemblyscript/create-function.ts";
import { functionUnderTest } from "../../sdk-assemblyscript/testing.ts";

const project = join(import.meta.dirname, "..", "..");

/** Within this project, whose packages the tests in it need, but where nobody looks for functions. */
async function emptyFolder(t: ExecutionContext): Promise<string> {
  await mkdir(join(project, "build"), { recursive: true });
  const folder = await mkdtemp(join(project, "build", "new-"));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** What AVA says of the tests in a folder. */
async function testedBy(folder: string): Promise<string> {
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  await writeFile(join(folder, "ava.config.js"), 'export default { extensions: ["ts"], timeout: "10m" };');
  const ava = join(project, "node_modules", "ava", "entrypoints", "cli.js");
  const { stdout } = await promisify(execFile)(process.execPath, [ava, "--tap"], { cwd: folder });
  return stdout;
}

test("a new function passes the tests that come with it", async (t) => {
  const root = await emptyFolder(t);
  const files = await createFunction({
    directory: join(root, "functions", "savings-account"),
    name: "savings-account",
    aggregate: "SavingsAccount",
  });
  t.deepEqual(
    files.map((file) => file.slice(root.length + 1)),
    [
      "schemas/savings-account/SavingsAccount.avsc",
      "functions/savings-account/evento.json",
      "functions/savings-account/handler.ts",
      "functions/savings-account/aggregator.ts",
      "functions/savings-account/savings-account.test.ts",
    ],
  );
  const results = await testedBy(root);
  t.regex(results, /^# pass 3$/m);
  t.regex(results, /^# fail 0$/m);
});

for (const aggregate of ["Package", "Class", "Map", "Event", "Something", "Default"])
  test(`an aggregate may be called ${aggregate}, or is refused before a file is written`, async (t) => {
    const root = await emptyFolder(t);
    const directory = join(root, "functions", "one");
    try {
      await createFunction({ directory, name: "one", aggregate });
    } catch (error) {
      t.like(error, { code: "NAME_INVALID" });
      t.deepEqual(await readdir(root), []);
      return;
    }
    const { events } = (await functionUnderTest(directory)).when({
      command_type: `Create${aggregate}`,
      payload: { name: "Ada" },
    });
    t.like(events, [{ event_type: `${aggregate}Created` }]);
  });

test("what is there is never written over", async (t) => {
  const root = await emptyFolder(t);
  const created = { directory: join(root, "functions", "one"), name: "one", aggregate: "One" };
  const files = await createFunction(created);
  const handler = files.find((file) => file.endsWith("handler.ts")) ?? "";
  await writeFile(handler, "// mine\n");
  const error = await t.throwsAsync<EventoError>(createFunction(created), { code: "FUNCTION_EXISTS" });
  t.regex(error.message, /One\.avsc is there already/);
  t.is(await readFile(handler, "utf8"), "// mine\n");
});

test("names that a host would refuse are refused", async (t) => {
  const root = await emptyFolder(t);
  const directory = join(root, "functions", "one");
  for (const name of ["One", "1", "", "a_b", "evento", "a".repeat(64)])
    await t.throwsAsync(createFunction({ directory, name, aggregate: "One" }), { code: "NAME_INVALID" }, name);
  for (const aggregate of ["one", "", "One Two", "One.Two", "Über"])
    await t.throwsAsync(createFunction({ directory, name: "one", aggregate }), { code: "NAME_INVALID" }, aggregate);
  t.deepEqual(await readdir(root), []);
});
