import { hash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import test, { type ExecutionContext } from "ava";

import { ComponentStore } from "../../host/functions/component-store.ts";

const component = Buffer.from("a component");
const digest = hash("sha256", component);
const kept = {
  component,
  checked: { digest, kinds: ["handler" as const], description: { aggregate: "A" } },
  artifact: Buffer.from("an artifact"),
  toolchain: "jco-1",
};

async function folderOf(t: ExecutionContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "evento-components-"));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  return join(directory, "components");
}

test("what is kept is there for another store over the same folder", async (t) => {
  const directory = await folderOf(t);
  await (await ComponentStore.open({ directory })).keep(kept);
  const store = await ComponentStore.open({ directory });
  t.deepEqual(await store.checked(digest), kept.checked);
  t.deepEqual(Buffer.from((await store.component(digest)) ?? []), component);
  t.deepEqual(Buffer.from((await store.artifact(digest, "jco-1")) ?? []), kept.artifact);
});

test("what is not kept is absent", async (t) => {
  const store = await ComponentStore.open({ directory: await folderOf(t) });
  t.is(await store.checked(digest), undefined);
  t.is(await store.component(digest), undefined);
  t.is(await store.artifact(digest, "jco-1"), undefined);
});

test("keeping twice is keeping once", async (t) => {
  const directory = await folderOf(t);
  const store = await ComponentStore.open({ directory });
  await Promise.all([store.keep(kept), store.keep(kept)]);
  await store.keep(kept);
  t.deepEqual(await readdir(directory), [digest]);
});

test("what was damaged is absent or refused, and whole again once it is kept again", async (t) => {
  const directory = await folderOf(t);
  const store = await ComponentStore.open({ directory });
  for (const file of ["component.wasm", "function.json"]) {
    await store.keep(kept);
    const path = join(directory, digest, file);
    const bytes = await readFile(path);
    bytes[4] = (bytes[4] ?? 0) ^ 1;
    await writeFile(path, bytes);
    t.false(await store.isWhole(digest));
    await store.keep(kept);
    t.deepEqual(await store.checked(digest), kept.checked);
    t.deepEqual(Buffer.from((await store.component(digest)) ?? []), component);
  }
});

test("an artifact of another toolchain is absent until it is kept beside", async (t) => {
  const store = await ComponentStore.open({ directory: await folderOf(t) });
  await store.keep(kept);
  t.is(await store.artifact(digest, "jco-2"), undefined);
  await store.keepArtifact(digest, "jco-2", Buffer.from("made anew"));
  t.deepEqual(Buffer.from((await store.artifact(digest, "jco-2")) ?? []), Buffer.from("made anew"));
  t.deepEqual(Buffer.from((await store.artifact(digest, "jco-1")) ?? []), kept.artifact);
});

test("an artifact with other bytes than were written is absent", async (t) => {
  const directory = await folderOf(t);
  const store = await ComponentStore.open({ directory });
  await store.keep(kept);
  await writeFile(join(directory, digest, "jco-1.bin"), "x".repeat(100));
  t.is(await store.artifact(digest, "jco-1"), undefined);
  await writeFile(join(directory, digest, "jco-1.bin"), "");
  t.is(await store.artifact(digest, "jco-1"), undefined);
});

test("what a crash left unfinished is never seen and goes at the next start", async (t) => {
  const directory = await folderOf(t);
  await ComponentStore.open({ directory });
  await mkdir(join(directory, "unfinished-1"));
  await writeFile(join(directory, "unfinished-1", "component.wasm"), component);
  const store = await ComponentStore.open({ directory });
  t.deepEqual(await readdir(directory), []);
  t.is(await store.component(digest), undefined);
});

test("a digest that is none never becomes a path", async (t) => {
  const store = await ComponentStore.open({ directory: await folderOf(t) });
  for (const text of ["../../etc/passwd", "", digest.toUpperCase(), `${digest}0`])
    await t.throwsAsync(store.component(text), { code: "DIGEST_INVALID" });
});
