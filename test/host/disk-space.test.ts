import test from "ava";

import { DiskSpace } from "../../host/disk-space.ts";
import { EngineUnderTest } from "../engine/engine-under-test.ts";
import { ManualClock } from "../engine/manual-clock.ts";

/** A disk whose free bytes a test sets, with 100 that have to stay free. */
async function watchedDisk(freeBytes: number | Error) {
  const clock = new ManualClock();
  const changes: boolean[] = [];
  const failures: unknown[] = [];
  const at = { freeBytes };
  const measure = async (): Promise<number> => {
    if (at.freeBytes instanceof Error) throw at.freeBytes;
    return at.freeBytes;
  };
  const disk = await DiskSpace.open({
    floorBytes: 100 << 20,
    measure,
    clock,
    onChange: ({ low }) => changes.push(low),
    onFailure: (error) => failures.push(error),
  });
  const becomes = async (bytes: number | Error): Promise<void> => {
    at.freeBytes = bytes;
    await clock.advance(1_000);
  };
  return { disk, becomes, changes, failures };
}

const mib = (count: number): number => count << 20;

test("a disk below its floor is low until a quarter more than that is free", async (t) => {
  const { disk, becomes, changes } = await watchedDisk(mib(100));
  t.notThrows(() => disk.requireRoom());
  t.is(disk.reason, "");
  await becomes(mib(99));
  t.throws(() => disk.requireRoom(), { code: "DISK_LOW", message: /found 99 MiB free .*expected 100 MiB/ });
  await becomes(mib(124));
  t.throws(() => disk.requireRoom(), { code: "DISK_LOW" });
  await becomes(mib(125));
  t.notThrows(() => disk.requireRoom());
  t.deepEqual(changes, [true, false]);
});

test("a disk that is low when the host starts is so before anything is taken in", async (t) => {
  const { disk } = await watchedDisk(mib(1));
  t.throws(() => disk.requireRoom(), { code: "DISK_LOW" });
});

test("room that can't be found out is told once, and what was known holds on", async (t) => {
  const { disk, becomes, failures } = await watchedDisk(mib(1));
  await becomes(new Error("the disk is gone"));
  t.is(failures.length, 1);
  t.throws(() => disk.requireRoom(), { code: "DISK_LOW" });
  await becomes(mib(200));
  t.notThrows(() => disk.requireRoom());
});

test("a closed watch looks no more", async (t) => {
  const { disk, becomes, changes } = await watchedDisk(mib(200));
  await disk.close();
  await becomes(mib(1));
  t.deepEqual(changes, []);
});

test("a low disk refuses what is new, answers what is known, and lets what was accepted end", async (t) => {
  const { disk, becomes } = await watchedDisk(mib(200));
  const under = await EngineUnderTest.start({ room: disk });
  await under.post({ id: "known", entity: "box:a", command_type: "Add", payload: { n: 1 } });
  const underWay = await under.engine.post({
    id: "under-way",
    entity: "box:a",
    command_type: "Add",
    payload: { n: 2 },
  });
  await becomes(mib(1));
  t.is((await underWay.outcome()).status, "done");
  await t.throwsAsync(under.add("box:a", 3), { code: "DISK_LOW" });
  const event = { entity: "box:a", event_type: "Added", payload: { n: 1 } };
  await t.throwsAsync(under.engine.postEvent(event), { code: "DISK_LOW" });
  await t.throwsAsync(under.engine.deployment.component("boxes", new Uint8Array()), { code: "DISK_LOW" });
  await t.throwsAsync(under.engine.deployment.rules("rules", {}), { code: "DISK_LOW" });
  await t.throwsAsync(under.engine.deployment.schema("Box", []), { code: "DISK_LOW" });
  const again = await under.post({ id: "known", entity: "box:a", command_type: "Add", payload: { n: 1 } });
  t.is(again.status, "done");
  t.like(await under.state("box:a"), { count: 3 });
  await becomes(mib(200));
  t.is((await under.add("box:a", 3)).status, "done");
});
