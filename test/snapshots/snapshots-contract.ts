// What every store of snapshots has to do, whatever lies under it.
import type { ExecutionContext } from "ava";

import { snapshotsPerAggregateMax } from "../../host/limits.ts";
import type { Snapshot, SnapshotKey, Snapshots } from "../../host/ports/snapshots.ts";
import type { SnapshotCounts } from "../../host/snapshots/snapshot-counts.ts";

export const rootSchema = JSON.stringify({
  type: "record",
  name: "SavingsAccount",
  namespace: "SavingsAccount",
  fields: [
    { name: "owner", type: "string" },
    { name: "balance", type: "long" },
  ],
});

/** Ada's account with a balance of the sequence. */
export function snapshotAt(sequence: number, change: Partial<Snapshot> = {}): Snapshot {
  return {
    aggregate: "savings:12345-09",
    aggregate_type: "SavingsAccount",
    sequence,
    aggregator_digest: "a".repeat(64),
    schema: "0123456789abcdef",
    time: 1_800_000_000_000 + sequence,
    state: Buffer.concat([Buffer.from("\u0006Ada"), zigzag(sequence)]),
    ...change,
  };
}

function zigzag(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value * 2; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...bytes, rest]);
    bytes.push((rest % 128) | 128);
  }
}

export function keyOf({ aggregate, aggregator_digest, schema }: Snapshot): SnapshotKey {
  return { aggregate, aggregator_digest, schema };
}

export type Store = Snapshots & { readonly counts: Readonly<SnapshotCounts> };

export type Bench = {
  /** Opens the store once more, over the same place. */
  open(log?: string): Promise<Store>;
  /** Changes the content of every snapshot that is there. */
  damage(change: (bytes: Buffer) => Buffer): Promise<void>;
  /** Copies the content of every snapshot over every other. */
  shuffle(): Promise<void>;
  fileNames(): Promise<readonly string[]>;
};

export type ContractTest = (
  title: string,
  body: (t: ExecutionContext, makeBench: () => Promise<Bench>) => Promise<void>,
) => void;

/** @param test - declares a test, and gives it a place of its own, cleared away afterwards. */
export function snapshotsContract(test: ContractTest): void {
  test("a snapshot is read back as it was written, also by a host that comes later", async (t, makeBench) => {
    const bench = await makeBench();
    const snapshot = snapshotAt(100);
    await (await bench.open()).put(snapshot, rootSchema);
    const found = await (await bench.open()).latest(keyOf(snapshot), 100);
    t.deepEqual(found, snapshot);
  });

  test("the newest at or before a sequence is found, whatever the number of its digits", async (t, makeBench) => {
    const store = await (await makeBench()).open();
    for (const sequence of [9, 100, 1000]) await store.put(snapshotAt(sequence), rootSchema);
    const key = keyOf(snapshotAt(1));
    const found = [];
    for (const at of [8, 9, 99, 100, 999, 1000, 5000]) found.push((await store.latest(key, at))?.sequence);
    t.deepEqual(found, [undefined, 9, 9, 100, 100, 1000, 1000]);
  });

  test("the state of another aggregator, schema, aggregate or log is absent", async (t, makeBench) => {
    const bench = await makeBench();
    const store = await bench.open();
    const snapshot = snapshotAt(100);
    await store.put(snapshot, rootSchema);
    const key = keyOf(snapshot);
    t.is(await store.latest({ ...key, aggregator_digest: "b".repeat(64) }, 100), undefined);
    t.is(await store.latest({ ...key, schema: "fedcba9876543210" }, 100), undefined);
    t.is(await store.latest({ ...key, aggregate: "savings:12345-0" }, 100), undefined);
    t.is(await (await bench.open("another log")).latest(key, 100), undefined);
  });

  test("ids that mean something to a file system or differ only in case are kept apart", async (t, makeBench) => {
    const bench = await makeBench();
    const store = await bench.open();
    const aggregates = ["savings:a", "savings:A", "savings:...", "savings:~root", `savings:${"x".repeat(128)}`];
    for (const [index, aggregate] of aggregates.entries())
      await store.put(snapshotAt(index + 1, { aggregate }), rootSchema);
    const found = [];
    for (const aggregate of aggregates)
      found.push((await store.latest(keyOf(snapshotAt(1, { aggregate })), 99))?.sequence);
    t.deepEqual(found, [1, 2, 3, 4, 5]);
    for (const name of await bench.fileNames()) t.regex(name, /^[0-9a-f/]+-\d{16}\.avro$/);
  });

  test("writing the same snapshot twice is writing it once", async (t, makeBench) => {
    const bench = await makeBench();
    const store = await bench.open();
    await store.put(snapshotAt(100), rootSchema);
    await store.put(snapshotAt(100), rootSchema);
    t.is((await bench.fileNames()).length, 1);
    t.deepEqual(await store.latest(keyOf(snapshotAt(100)), 100), snapshotAt(100));
  });

  test("an aggregate that lives long keeps few snapshots, the newest among them and one of long ago", async (t, makeBench) => {
    const bench = await makeBench();
    const store = await bench.open();
    for (let sequence = 100; sequence <= 3000; sequence += 100) await store.put(snapshotAt(sequence), rootSchema);
    t.is((await bench.fileNames()).length, snapshotsPerAggregateMax);
    const key = keyOf(snapshotAt(1));
    t.is((await store.latest(key, 3000))?.sequence, 3000);
    t.is((await store.latest(key, 150))?.sequence, 100);
    t.true(((await store.latest(key, 2900))?.sequence ?? 0) >= 2000);
    t.is(store.counts.removed, 30 - snapshotsPerAggregateMax);
  });

  test("what aggregators of before left behind goes, but for one", async (t, makeBench) => {
    const bench = await makeBench();
    const store = await bench.open();
    for (const digest of ["1", "2", "3"]) {
      const change = { aggregator_digest: digest.repeat(64) };
      for (const sequence of [100, 200]) await store.put(snapshotAt(sequence * Number(digest), change), rootSchema);
    }
    t.is((await bench.fileNames()).length, 3);
    t.is((await store.latest(keyOf(snapshotAt(1, { aggregator_digest: "2".repeat(64) })), 999))?.sequence, 400);
  });

  const damages: readonly (readonly [string, (bytes: Buffer) => Buffer])[] = [
    ["is empty", () => Buffer.alloc(0)],
    ["lost its last byte", (bytes) => bytes.subarray(0, -1)],
    ["lost its second half", (bytes) => bytes.subarray(0, bytes.length / 2)],
    ["has a byte too many", (bytes) => Buffer.concat([bytes, Buffer.from([0])])],
    [
      "claims a billion of metadata",
      (bytes) => Buffer.concat([bytes.subarray(0, 4), Buffer.from([0x80, 0xa8, 0xd6, 0xb9, 0x07])]),
    ],
    ["is of zeros", (bytes) => Buffer.alloc(bytes.length)],
  ];
  for (const [what, change] of damages)
    test(`a snapshot that ${what} is absent and counted`, async (t, makeBench) => {
      const bench = await makeBench();
      const store = await bench.open();
      await store.put(snapshotAt(100), rootSchema);
      await bench.damage(change);
      t.is(await store.latest(keyOf(snapshotAt(100)), 100), undefined);
      t.is(store.counts.damaged, 1);
      await store.put(snapshotAt(100), rootSchema);
      t.deepEqual(await store.latest(keyOf(snapshotAt(100)), 100), snapshotAt(100));
    });

  test("no snapshot with one bit flipped is taken for whole", async (t, makeBench) => {
    const bench = await makeBench();
    const store = await bench.open();
    await store.put(snapshotAt(100), rootSchema);
    const key = keyOf(snapshotAt(100));
    const whole = await store.latest(key, 100);
    let seed = 1;
    for (let trial = 0; trial < 60; trial++) {
      seed = (seed * 48_271) % 0x7fff_ffff;
      const flip = (bytes: Buffer): Buffer => {
        const flipped = Buffer.from(bytes);
        const at = seed % flipped.length;
        flipped[at] = (flipped[at] ?? 0) ^ (1 << (seed % 8));
        return flipped;
      };
      await bench.damage(flip);
      t.is(await store.latest(key, 100), undefined, `seed ${seed}`);
      await bench.damage(flip);
    }
    t.deepEqual(await store.latest(key, 100), whole);
  });

  test("a snapshot that lies under the name of another is absent", async (t, makeBench) => {
    const bench = await makeBench();
    const store = await bench.open();
    await store.put(snapshotAt(100), rootSchema);
    await store.put(snapshotAt(200), rootSchema);
    await bench.shuffle();
    const found = await store.latest(keyOf(snapshotAt(100)), 200);
    t.true(found === undefined || Buffer.compare(found.state, snapshotAt(found.sequence).state) === 0);
    t.true(store.counts.damaged > 0);
  });

  test("behind a damaged snapshot the one before it is used", async (t, makeBench) => {
    const bench = await makeBench();
    const store = await bench.open();
    await store.put(snapshotAt(100), rootSchema);
    await store.put(snapshotAt(200), rootSchema);
    await bench.damage((bytes) => (bytes.includes(snapshotAt(200).state) ? Buffer.from("?") : bytes));
    t.is((await store.latest(keyOf(snapshotAt(100)), 200))?.sequence, 100);
  });

  test("a state as large as one may be is kept", async (t, makeBench) => {
    const store = await (await makeBench()).open();
    const state = Buffer.alloc(8 << 20, 7);
    await store.put(snapshotAt(100, { state }), rootSchema);
    t.is((await store.latest(keyOf(snapshotAt(100)), 100))?.state.length, state.length);
  });
}
