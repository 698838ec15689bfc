// Sections that are kept between runs.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import test, { type ExecutionContext } from "ava";

import { EventoError } from "../../host/errors.ts";
import { readResults, thisMachine, writeResults, type Result } from "./results.ts";

test("what was kept is read again, and a file that is not there holds nothing", async (t) => {
  const path = join(await folder(t), "kept.json");
  t.deepEqual(await readResults(path), []);
  const section = { title: "Sync", about: "", rows: [{ clients: 1 }], goals: [], plots: [] };
  const results: Result[] = [{ name: "sync", date: "2026-01-02", machine: thisMachine(), section }];
  await writeResults(path, results);
  t.deepEqual(await readResults(path), results);
});

for (const text of ["not JSON", "{}", '[{"name": "sync"}]'])
  test(`a file with ${text} is refused rather than overwritten`, async (t) => {
    const path = join(await folder(t), "other.json");
    await writeFile(path, text);
    await t.throwsAsync(readResults(path), { instanceOf: EventoError, code: "USAGE_INVALID" });
  });

async function folder(t: ExecutionContext): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "evento-bench-results-"));
  t.teardown(() => rm(made, { recursive: true }));
  return made;
}
