import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import test, { type ExecutionContext } from "ava";
import avro from "avsc";

import { FileSnapshots } from "../../host/snapshots/file-snapshots.ts";
import { pythonPackage, run } from "../services/service-cache.ts";
import { serviceOrSkip, testsWith } from "../services/tests-with-service.ts";
import { keyOf, rootSchema, snapshotAt, snapshotsContract, type Bench } from "./snapshots-contract.ts";

const log = "0190b7a2-0000-7000-8000-000000000001";

async function pathsIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function makeDirectory(t: ExecutionContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "evento-snapshots-"));
  t.teardown(() => rm(directory, { recursive: true }));
  return directory;
}

async function makeBench(t: ExecutionContext): Promise<Bench> {
  const directory = await makeDirectory(t);
  return {
    open: (of = log) => FileSnapshots.open({ directory, log: of }),
    async damage(change) {
      for (const path of await pathsIn(directory)) await writeFile(path, change(await readFile(path)));
    },
    async shuffle() {
      const paths = await pathsIn(directory);
      const contents = await Promise.all(paths.map((path) => readFile(path)));
      await Promise.all(paths.map((path, index) => writeFile(path, contents[(index + 1) % contents.length] ?? "")));
    },
    async fileNames() {
      return (await pathsIn(directory)).map((path) => path.slice(directory.length + 1));
    },
  };
}

const testWithFastavro = testsWith(
  await serviceOrSkip("fastavro", async () => ({
    path: await pythonPackage("fastavro", "1.13.1"),
    close: async () => {},
  })),
);

snapshotsContract((title, body) => test(title, (t) => body(t, () => makeBench(t))));

test("a snapshot's file is an Avro object container that other libraries read", async (t) => {
  const directory = await makeDirectory(t);
  const store = await FileSnapshots.open({ directory, log });
  await store.put(snapshotAt(100), rootSchema);
  const [path = ""] = await pathsIn(directory);
  const decoder = avro.createFileDecoder(path);
  const values = [];
  for await (const value of decoder) values.push({ ...value });
  t.deepEqual(values, [{ owner: "Ada", balance: 100 }]);
});

testWithFastavro("Python's fastavro reads a snapshot's file, with what it is of", async (t, fastavro) => {
  const directory = await makeDirectory(t);
  const store = await FileSnapshots.open({ directory, log });
  await store.put(snapshotAt(100), rootSchema);
  const [path = ""] = await pathsIn(directory);
  const script = `import fastavro, json, sys
with open(sys.argv[1], "rb") as file:
    reader = fastavro.reader(file)
    print(json.dumps([list(reader), reader.metadata["evento.aggregate"], reader.metadata["evento.sequence"]]))`;
  const { stdout } = await run("python3", ["-c", script, path], { env: { ...process.env, PYTHONPATH: fastavro.path } });
  t.deepEqual(JSON.parse(stdout), [[{ owner: "Ada", balance: 100 }], "savings:12345-09", "100"]);
});

test("what a killed host left half written is gone after the next start, and what it finished is there", async (t) => {
  const directory = await makeDirectory(t);
  const first = await FileSnapshots.open({ directory, log });
  await first.put(snapshotAt(100), rootSchema);
  const [drafts = ""] = await readdir(join(directory, "drafts"));
  await writeFile(join(directory, "drafts", drafts, "7.avro"), "half");
  const second = await FileSnapshots.open({ directory, log });
  t.is((await pathsIn(directory)).length, 1);
  t.is((await second.latest(keyOf(snapshotAt(100)), 100))?.sequence, 100);
});

test("a folder that can't be written to is an error that names it, and reading goes on", async (t) => {
  const directory = await makeDirectory(t);
  const store = await FileSnapshots.open({ directory, log });
  await store.put(snapshotAt(100), rootSchema);
  await rm(join(directory, "drafts"), { recursive: true });
  await writeFile(join(directory, "drafts"), "no folder");
  const error = await t.throwsAsync(store.put(snapshotAt(200), rootSchema), { code: "SNAPSHOTS_UNAVAILABLE" });
  t.regex(error?.message ?? "", /writing a snapshot failed/);
  t.is((await store.latest(keyOf(snapshotAt(1)), 500))?.sequence, 100);
  t.is(store.counts.failed, 1);
});

test("a place that is a file is refused when the store is opened", async (t) => {
  const directory = await makeDirectory(t);
  const path = join(directory, "file");
  await writeFile(path, "");
  await t.throwsAsync(FileSnapshots.open({ directory: path, log }), { code: "SNAPSHOTS_UNAVAILABLE" });
  await mkdir(join(directory, "folder"));
  await t.notThrowsAsync(FileSnapshots.open({ directory: join(directory, "folder"), log }));
});
