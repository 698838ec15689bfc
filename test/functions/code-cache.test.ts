import { hash } from "node:crypto";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import test, { type ExecutionContext } from "ava";

import { withCodeCache } from "../../host/functions/artifact.ts";
import { SingleCall, type Tally } from "../../host/functions/calls.ts";
import kinds from "../../host/functions/frame-kinds.json" with { type: "json" };
import type { FunctionProcess } from "../../host/functions/function-process.ts";
import { processStart } from "../../host/functions/isolation.ts";
import { Nursery } from "../../host/functions/nursery.ts";
import { optionalPart, part } from "../../host/functions/payload.ts";
import { codeCacheBytesMax } from "../../host/limits.ts";
import type { Answer } from "../../host/ports/functions.ts";
import { puppetVersion } from "../fixtures/functions/component-fixture.ts";
import { eventsOf } from "../fixtures/functions/envelopes.ts";
import { openFunctions } from "../fixtures/functions/process-fixture.ts";

const checksumBytes = 32;
const waitMsMax = 20_000;
const none = new Uint8Array(0);
const untallied: Tally = { answered() {}, took() {} };

const opened = openFunctions();
const nursery = new Nursery({ onWarning() {} });
test.after.always("it closes", async () => {
  await (await opened).close();
  await nursery.close();
});

/** A puppet that passed the gate, and the file of its artifact. */
async function kept(letter: string): Promise<{ digest: string; file: string }> {
  const { functions, directory } = await opened;
  const { digest } = await functions.check(await puppetVersion(letter));
  const folder = join(directory, digest);
  return { digest, file: join(folder, (await readdir(folder)).find((name) => name.endsWith(".bin")) ?? "") };
}

async function artifactIn(file: string): Promise<Buffer> {
  return (await readFile(file)).subarray(checksumBytes);
}

async function replaceArtifact(file: string, artifact: Uint8Array): Promise<void> {
  await writeFile(file, Buffer.concat([hash("sha256", artifact, "buffer"), artifact]));
}

function codeCacheOf(artifact: Buffer): Buffer {
  return Buffer.from(artifact.subarray(4, 4 + artifact.readUInt32LE(0)));
}

async function call(process: FunctionProcess, kind: number, parts: readonly Uint8Array[]): Promise<Answer> {
  const call = new SingleCall({ kind, parts, tally: untallied });
  process.send(call, { alone: true });
  return await call.answer;
}

/** What a new process does with an artifact: it answers its load, then a request for its code cache. */
async function loaded(
  t: ExecutionContext,
  artifact: Uint8Array,
  { codeCacheBytesMax: bytesMax = codeCacheBytesMax } = {},
): Promise<{ readonly glue: "compiled" | "taken in"; readonly codeCache: Answer }> {
  const process = await nursery.start(processStart(0, { memoryBytesMax: 64 << 20 }));
  t.teardown(() => process.end());
  process.own({ deadlineMs: 10_000, settled() {}, logged() {}, died: ({ reason }) => t.fail(reason) });
  const limits = Buffer.from(JSON.stringify({ answerBytesMax: 1_000, codeCacheBytesMax: bytesMax }));
  const load = await call(process, kinds.load, [...part(limits), artifact]);
  if (load.kind === "failed") throw new Error(load.reason);
  return {
    glue: load.bytes.length > 0 ? "compiled" : "taken in",
    codeCache: await call(process, kinds.codeCache, []),
  };
}

async function aggregates(digest: string): Promise<boolean> {
  const { functions } = await opened;
  const answer = await functions.aggregate({ name: digest, digest }, { state: null, events: eventsOf("a") });
  return answer.kind === "ok";
}

/** Waits until a process needs not compile what is kept. */
async function isMadeAgain(t: ExecutionContext, file: string): Promise<boolean> {
  const began = performance.now();
  while (performance.now() - began < waitMsMax) {
    const artifact = await artifactIn(file);
    if (artifact.readUInt32LE(0) > 0 && (await loaded(t, artifact)).glue === "taken in") return true;
    await delay(50);
  }
  return false;
}

test.serial("a process takes in what V8 compiled at the gate, and compiles the glue without it", async (t) => {
  const artifact = await artifactIn((await kept("A")).file);
  t.is((await loaded(t, artifact)).glue, "taken in");
  t.is((await loaded(t, withCodeCache(artifact, none))).glue, "compiled");
});

test.serial("the gate leaves a code cache alone that a process can use", async (t) => {
  const { digest, file } = await kept("B");
  const { mtimeMs } = await stat(file);
  t.true(await aggregates(digest));
  // A check that comes after waits for what the gate still does.
  await kept("C");
  t.is((await stat(file)).mtimeMs, mtimeMs);
});

/** The header of V8's code cache: magic number, version, then hashes of the source and of the flags. */
const foreign = { "another version of V8": 4, "another source": 8, "other flags": 12 };

for (const [what, at] of Object.entries(foreign))
  test.serial(`a code cache of ${what} is refused, the function answers, and another one is made`, async (t) => {
    const { digest, file } = await kept(`D${at}`);
    const artifact = await artifactIn(file);
    const codeCache = codeCacheOf(artifact);
    codeCache.writeUInt32LE((codeCache.readUInt32LE(at) ^ 1) >>> 0, at);
    const damaged = withCodeCache(artifact, codeCache);
    t.is((await loaded(t, damaged)).glue, "compiled");
    await replaceArtifact(file, damaged);
    t.true(await aggregates(digest));
    t.true(await isMadeAgain(t, file));
  });

test.serial(
  "a code cache that was damaged never comes to a process: artifact and code cache are made again",
  async (t) => {
    const { digest, file } = await kept("E");
    const bytes = await readFile(file);
    const middle = checksumBytes + Math.floor(codeCacheOf(bytes.subarray(checksumBytes)).length / 2);
    bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
    await writeFile(file, bytes);
    t.true(await aggregates(digest));
    t.notDeepEqual(await readFile(file), bytes);
    t.true(await isMadeAgain(t, file));
  },
);

test.serial("a process that has warmed up has nothing of that left: it knows no function", async (t) => {
  const process = await nursery.start(processStart(0, { memoryBytesMax: 64 << 20 }));
  const end = Promise.withResolvers<string>();
  process.own({
    deadlineMs: 10_000,
    settled: () => end.resolve("it answered"),
    logged() {},
    died: ({ reason }) => end.resolve(reason),
  });
  const aggregate = [...optionalPart(null), eventsOf("a")];
  process.send(new SingleCall({ kind: kinds.aggregate, parts: aggregate, tally: untallied }), { alone: true });
  t.regex(await end.promise, /^exit code 1: .*runner\.cjs/);
});

test.serial("a code cache larger than allowed is not handed out", async (t) => {
  const artifact = await artifactIn((await kept("F")).file);
  const bytesMax = codeCacheOf(artifact).length / 2;
  t.is((await loaded(t, artifact, { codeCacheBytesMax: bytesMax })).codeCache.kind, "failed");
  t.is((await loaded(t, artifact)).codeCache.kind, "ok");
});
