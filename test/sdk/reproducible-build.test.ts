import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import test from "ava";

import { buildFunction } from "../../sdk-assemblyscript/build-function.ts";
import { functionFolder } from "./function-folder.ts";

const repository = join(import.meta.dirname, "..", "..");
const names = ["greeting", "banking/transfers"];

async function digestOf(directory: string): Promise<string> {
  const built = await buildFunction(directory);
  if (built.kind !== "component") throw new Error("found rules, expected a component");
  return createHash("sha256").update(built.component).digest("hex");
}

/** Built by a process that has built nothing else. */
async function digestElsewhere(directory: string): Promise<string> {
  const script = `
    const { buildFunction } = await import(${JSON.stringify(join(repository, "sdk-assemblyscript", "build-function.ts"))});
    const { createHash } = await import("node:crypto");
    const built = await buildFunction(${JSON.stringify(directory)});
    process.stdout.write(createHash("sha256").update(built.component).digest("hex"));`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], {
    timeout: 120_000,
  });
  return stdout;
}

test("the same sources give the same bytes: again, in another folder, after other builds, at once, and in another process", async (t) => {
  const copy = await functionFolder(t, {});
  for (const folder of ["functions", "schemas"])
    await cp(join(repository, folder), join(copy, folder), {
      recursive: true,
      filter: (path) => !/(?:generated|build|new-\w+)$/.test(path),
    });
  const folders = names.map((name) => join(repository, "functions", name));
  const copies = names.map((name) => join(copy, "functions", name));
  const digests: string[] = [];
  for (const folder of folders) digests.push(await digestOf(folder));
  t.not(digests[0], digests[1]);
  t.deepEqual(await Promise.all(copies.map(digestOf)), digests);
  t.deepEqual(await Promise.all(copies.map(digestElsewhere)), digests);
});
