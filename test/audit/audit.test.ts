// History run again over an engine's log: nothing is found in what it wrote, and each planted difference is.
import test from "ava";

import { audit, type AuditOptions } from "../../host/audit/audit.ts";
import { FaultList } from "../../host/journal/fault-list.ts";
import { plainComponent, type PlainFunction } from "../../host/functions/memory-functions.ts";
import type { Snapshot, SnapshotKey, Snapshots } from "../../host/ports/snapshots.ts";
import { boxes } from "../engine/boxes.ts";
import { EngineUnderTest } from "../engine/engine-under-test.ts";

test("commands that an engine has run end the same when they are run again, members and later versions included", async (t) => {
  const under = await EngineUnderTest.start();
  await under.add("box:a", 1);
  await under.post({ entity: "box:a", command_type: "AddItem", payload: { item: "item:1" } });
  await under.post({ entity: "item:1", command_type: "TouchItem" });
  await under.post({ entity: "box:b", command_type: "PointAt", payload: { box: "box:a" } });
  await under.deploy("boxes", boxes({ factor: 10 }));
  await under.add("box:a", 2);
  await under.add("box:b", 3);
  await under.engine.deployment.rollback("boxes", 1);
  await under.add("box:a", 4);
  const { commands, faults } = await audited(under, { reExecute: true });
  t.deepEqual(faults.first, []);
  t.is(commands, 7);
});

test("a failed command has no outcome to compare, and one that was retried under another version has that one's", async (t) => {
  const under = await EngineUnderTest.start();
  await under.add("box:a", 1);
  await under.post({ entity: "box:a", command_type: "Misbehave", payload: { how: "fail" } });
  const before = await audited(under, { reExecute: true });
  t.is(before.commands, 1);
  await under.deploy("boxes", boxes({ mended: true }));
  await under.clock.advance(60_000);
  const { commands, faults } = await audited(under, { reExecute: true });
  t.deepEqual(faults.first, []);
  t.is(commands, 2);
});

test("a handler that answers otherwise than it did is found, with the command's id", async (t) => {
  const under = await EngineUnderTest.start();
  await under.add("box:a", 1);
  const { command } = await under.add("box:a", 2);
  under.functions.register("boxes-1", misquoting(2));
  const { faults } = await audited(under, { reExecute: true });
  t.is(faults.count, 1);
  t.is(faults.first[0]?.code, "OUTCOME_DIFFERS");
  t.regex(faults.first[0]?.message ?? "", new RegExp(`${command.id}.*another payload`));
});

test("an aggregator that folds otherwise than it did is found by the hash of what the handler saw", async (t) => {
  const under = await EngineUnderTest.start();
  await under.add("box:a", 1);
  await under.add("box:a", 2);
  under.functions.register("boxes-1", boxes({ factor: 3 }));
  const { faults } = await audited(under, { reExecute: true });
  t.is(faults.count, 1);
  t.regex(faults.first[0]?.message ?? "", /saw another state at 1/);
});

test("a kept state of the index that is not the fold of its events is found without running commands", async (t) => {
  const under = await EngineUnderTest.start();
  await under.add("box:a", 1);
  await under.add("box:b", 1);
  await under.add("box:a", 2);
  await under.engine.close();
  const sound = await audited(under);
  t.deepEqual(sound.faults.first, []);
  t.is(sound.states, 2);
  t.is(sound.commands, undefined);
  const kept = await under.journal.state("box:a");
  if (kept === undefined) return t.fail("nothing is kept");
  under.journal.keepState({ ...kept, state: Buffer.from(kept.state).fill(2, 0, 1) });
  const { faults } = await audited(under);
  t.is(faults.count, 1);
  t.regex(faults.first[0]?.message ?? "", /another state of box:a at 2 in the index/);
});

test("snapshots of any sequence and of versions long replaced are compared", async (t) => {
  const snapshots = new SnapshotList();
  const under = await EngineUnderTest.start({ snapshots, settings: { snapshotEventCount: 3 } });
  for (let n = 1; n <= 7; n++) await under.add("box:a", n);
  await under.deploy("boxes", boxes({ factor: 10 }));
  for (let n = 1; n <= 7; n++) await under.add("box:a", n);
  t.deepEqual(snapshots.sequences, [3, 6, 9, 12]);
  const sound = await audited(under, { snapshots });
  t.deepEqual(sound.faults.first, []);
  t.is(sound.states, 4);
  snapshots.damage(6);
  const { faults } = await audited(under, { snapshots });
  t.is(faults.count, 1);
  t.regex(faults.first[0]?.message ?? "", /another state of box:a at 6 in the snapshots/);
});

test("a component that is missing is said once, with what was not run again, and is no difference", async (t) => {
  const under = await EngineUnderTest.start();
  await under.add("box:a", 1);
  await under.add("box:a", 2);
  await under.deploy("boxes", boxes({ factor: 10 }));
  await under.add("box:a", 3);
  const { digest } = await under.functions.check(plainComponent("boxes-1"));
  const component = (asked: string) =>
    asked === digest ? Promise.resolve(undefined) : under.functions.component(asked);
  const functions = new Proxy(under.functions, {
    get: (target, name) => {
      if (name === "component") return component;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const { commands, faults } = await audited(under, { functions, reExecute: true });
  t.is(commands, 1);
  t.deepEqual(
    faults.first.map(({ code }) => code),
    ["COMPONENT_MISSING"],
  );
  t.regex(faults.first[0]?.message ?? "", new RegExp(digest));
});

test("with room for no state at all every answer is the same, only folded anew each time", async (t) => {
  const under = await EngineUnderTest.start();
  for (let n = 1; n <= 20; n++) await under.add(`box:${n % 3}`, n);
  const { commands, faults } = await audited(under, { reExecute: true, stateBytesMax: 0 });
  t.deepEqual(faults.first, []);
  t.is(commands, 20);
});

test("what is kept of an aggregate is looked for once, however many pages its events take", async (t) => {
  const snapshots = new SnapshotList();
  const under = await EngineUnderTest.start({ snapshots, settings: { snapshotEventCount: 700 } });
  for (let n = 1; n <= 2_100; n++) await under.add("box:a", 1);
  snapshots.lookups = 0;
  const { states, faults } = await audited(under, { snapshots });
  t.deepEqual(faults.first, []);
  t.deepEqual(snapshots.sequences, [700, 1_400, 2_100]);
  t.is(states, 3);
  // One more than there are finds out that there are no more.
  t.is(snapshots.lookups, 4);
});

function audited(
  under: EngineUnderTest,
  options: Partial<AuditOptions> = {},
): Promise<{ states: number; commands: number | undefined; faults: FaultList }> {
  const faults = new FaultList();
  return audit({
    journal: under.journal,
    functions: under.functions,
    snapshots: new SnapshotList(),
    reExecute: false,
    faults,
    ...options,
  }).then((counts) => ({ ...counts, faults }));
}

/** Boxes that answer `Added` with another number than they were told, where that is `n`. */
function misquoting(n: number): PlainFunction {
  const honest = boxes();
  return {
    ...honest,
    handle: (command, state) => {
      const drafts = honest.handle?.(command, state) ?? new Uint8Array();
      // The payload comes last in a draft, and an empty block ends the array.
      const at = drafts.length - 2;
      if (drafts[at] === 2 * n) drafts[at] += 2;
      return drafts;
    },
  };
}

/** Snapshots in a list. */
class SnapshotList implements Snapshots {
  /** How often a snapshot was looked for. */
  lookups = 0;
  readonly #list: Snapshot[] = [];

  get sequences(): readonly number[] {
    return this.#list.map(({ sequence }) => sequence);
  }

  damage(sequence: number): void {
    const found = this.#list.find((snapshot) => snapshot.sequence === sequence);
    if (found !== undefined) found.state[0] = (found.state[0] ?? 0) ^ 2;
  }

  async put(snapshot: Snapshot): Promise<void> {
    this.#list.push({ ...snapshot, state: Uint8Array.from(snapshot.state) });
  }

  async latest(key: SnapshotKey, atSequence: number): Promise<Snapshot | undefined> {
    const { aggregate, aggregator_digest, schema } = key;
    this.lookups++;
    return this.#list.findLast(
      (found) =>
        found.aggregate === aggregate &&
        found.aggregator_digest === aggregator_digest &&
        found.schema === schema &&
        found.sequence <= atSequence,
    );
  }

  async close(): Promise<void> {}
}
