// What every archive has to do, whatever lies under it.
import type { ExecutionContext } from "ava";

import type { Archive } from "../../host/archive/archive.ts";

export type ArchiveTest = (title: string, body: (t: ExecutionContext, archive: Archive) => Promise<void>) => void;

export function archiveContract(archiveTest: ArchiveTest): void {
  archiveTest("an object is read as it was written, and the last writing counts", async (t, archive) => {
    const bytes = Buffer.from([0, 255, 13, 10, 0]);
    await archive.put("a/log/1", Buffer.from("first"));
    await archive.put("a/log/1", bytes);
    t.deepEqual(Buffer.from((await archive.get("a/log/1")) ?? []), bytes);
  });

  archiveTest("an object that is not there is undefined, and an empty folder has no names", async (t, archive) => {
    t.is(await archive.get("nothing/here"), undefined);
    t.deepEqual(await archive.list("nothing/"), []);
  });

  archiveTest("names of a folder are listed in their order, without those of others", async (t, archive) => {
    for (const name of ["b/log/2", "b/log/10", "b/components/x", "bb/log/1", "b/log/1"])
      await archive.put(name, Buffer.from(name));
    t.deepEqual(await archive.list("b/log/"), ["b/log/1", "b/log/10", "b/log/2"]);
    t.deepEqual(await archive.list("b/"), ["b/components/x", "b/log/1", "b/log/10", "b/log/2"]);
    t.true((await archive.list("")).includes("bb/log/1"));
  });
}
