import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import test, { type ExecutionContext } from "ava";

import { FileArchive } from "../../host/archive/file-archive.ts";
import { archiveContract } from "./archive-contract.ts";

async function makeFolder(t: ExecutionContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "evento-archive-"));
  t.teardown(() => rm(directory, { recursive: true }));
  return directory;
}

archiveContract((title, body) =>
  test(title, async (t) => body(t, new FileArchive({ directory: join(await makeFolder(t), "made", "here") }))),
);

test("what a crash left of a file is no object", async (t) => {
  const directory = await makeFolder(t);
  const archive = new FileArchive({ directory });
  await archive.put("a/1", Buffer.from("whole"));
  await writeFile(join(directory, "a", "unfinished-1"), "half");
  t.deepEqual(await archive.list("a/"), ["a/1"]);
});
