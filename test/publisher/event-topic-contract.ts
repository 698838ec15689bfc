// What every topic that events are published to has to do, whatever lies under it.
import type { ExecutionContext } from "ava";

import { EventoError } from "../../host/errors.ts";
import type { EventTopic, Publication, TopicClaim } from "../../host/ports/publisher.ts";
import type { ConsumedRecord } from "../services/kcat.ts";
import { until } from "../until.ts";

export type TopicBench = {
  readonly source: string;
  /** One more writer of the same identity, or of another. */
  open(source?: string): EventTopic;
  /** All that is committed once so many records are, each partition in its order. */
  consume(count: number): Promise<readonly ConsumedRecord[]>;
  /** Begins a transaction as the next writer would, writes and leaves it open, as a host does that dies. */
  dieWhilePublishing(publications: readonly Publication[], position: number): Promise<void>;
  /** Bytes that one record may not have. */
  readonly tooLargeBytes: number;
};

export type TopicTest = (
  title: string,
  body: (t: ExecutionContext, makeBench: () => Promise<TopicBench>) => Promise<void>,
) => void;

export function publicationAt(position: number, change: Partial<Publication> & { source?: string } = {}): Publication {
  const { source = "urn:uuid:0190b7a2-0000-7000-8000-000000000001", ...more } = change;
  const id = more.id ?? `command-${position}!0`;
  return {
    position,
    id,
    key: `savings:${position % 7}`,
    time: 1_700_000_000_000 + position,
    value: Buffer.from(`value ${position}`),
    headers: { ce_specversion: "1.0", ce_id: id, ce_source: source, ce_position: String(position) },
    ...more,
  };
}

export function publicationsFrom(from: number, to: number): Publication[] {
  return Array.from({ length: to - from + 1 }, (_, index) => publicationAt(from + index));
}

export function positionsOf(records: readonly ConsumedRecord[]): number[] {
  return records.map(({ headers }) => Number(headers["ce_position"])).toSorted((one, other) => one - other);
}

export function countTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

/** Claims as the publisher does: what a cluster is not ready for is tried again. */
export async function claimSoon(topic: EventTopic): Promise<TopicClaim> {
  for (let tries = 0; tries < 20; tries++)
    try {
      return await topic.claim();
    } catch (error) {
      if (!(error instanceof EventoError) || !error.retryable) throw error;
    }
  return topic.claim();
}

export function topicContract(test: TopicTest): void {
  test("a topic that nobody has written to stands at the start", async (t, makeBench) => {
    const bench = await makeBench();
    const claim = await claimSoon(bench.open());
    t.is(claim.position, 0);
    t.is(claim.newest, undefined);
    t.false(claim.has({ key: "savings:1", position: 1 }));
  });

  test("what was published is there whole, and the next claim goes on behind it", async (t, makeBench) => {
    const bench = await makeBench();
    const first = await claimSoon(bench.open());
    await first.publish([publicationAt(1), publicationAt(2)], 2);
    t.is(first.position, 2);
    await first.publish([publicationAt(3)], 3);
    await first.release();
    const records = await bench.consume(3);
    t.deepEqual(positionsOf(records), [1, 2, 3]);
    const { key, value, headers } = publicationAt(3);
    const third = records.find((record) => record.headers["ce_position"] === "3");
    t.deepEqual(third, { key, value: Buffer.from(value).toString(), headers, partition: third?.partition ?? -1 });
    const second = await claimSoon(bench.open());
    t.is(second.position, 3);
    t.deepEqual(second.newest, { position: 3, id: "command-3!0" });
  });

  test("what has one key lies in one partition, in order", async (t, makeBench) => {
    const bench = await makeBench();
    const claim = await claimSoon(bench.open());
    for (let from = 1; from < 400; from += 100) await claim.publish(publicationsFrom(from, from + 99), from + 99);
    const byKey = Map.groupBy(await bench.consume(400), ({ key }) => key);
    t.is(byKey.size, 7);
    for (const records of byKey.values()) {
      t.is(new Set(records.map(({ partition }) => partition)).size, 1);
      const positions = records.map(({ headers }) => Number(headers["ce_position"]));
      t.deepEqual(positions, positionsOf(records));
    }
    t.true(new Set([...byKey.values()].map(([first]) => first?.partition)).size > 1);
  });

  test("a transaction that a dead host left open leaves nothing behind", async (t, makeBench) => {
    const bench = await makeBench();
    const first = await claimSoon(bench.open());
    await first.publish([publicationAt(1)], 1);
    await first.release();
    await bench.dieWhilePublishing(publicationsFrom(2, 5), 5);
    const second = await claimSoon(bench.open());
    t.is(second.position, 1);
    await second.publish(publicationsFrom(2, 6), 6);
    t.deepEqual(positionsOf(await bench.consume(6)), countTo(6));
  });

  test("a writer that was followed by another can write no more", async (t, makeBench) => {
    const bench = await makeBench();
    const first = await claimSoon(bench.open());
    await first.publish([publicationAt(1)], 1);
    const second = await claimSoon(bench.open());
    const error = await t.throwsAsync(first.publish([publicationAt(2)], 2), { code: "TOPIC_FENCED" });
    t.true(error instanceof Error && "retryable" in error && error.retryable);
    await second.publish([publicationAt(2)], 2);
    t.deepEqual(positionsOf(await bench.consume(2)), [1, 2]);
  });

  test("hosts that share a topic don't disturb one another", async (t, makeBench) => {
    const bench = await makeBench();
    const other = "urn:uuid:0190b7a2-0000-7000-8000-00000000ffff";
    const mine = await claimSoon(bench.open());
    const theirs = await claimSoon(bench.open(other));
    await theirs.publish([publicationAt(1, { source: other }), publicationAt(2, { source: other })], 2);
    await mine.publish([publicationAt(1)], 1);
    await theirs.publish([publicationAt(3, { source: other })], 3);
    await Promise.all([mine.release(), theirs.release()]);
    t.is((await claimSoon(bench.open())).position, 1);
    t.is((await claimSoon(bench.open(other))).position, 3);
  });

  test("a batch that is too large is refused with nothing written", async (t, makeBench) => {
    const bench = await makeBench();
    const topic = bench.open();
    const first = await claimSoon(topic);
    await first.publish([publicationAt(1)], 1);
    const large = publicationAt(3, { value: Buffer.alloc(bench.tooLargeBytes, 7) });
    await t.throwsAsync(first.publish([publicationAt(2), large], 3), { code: "RECORD_TOO_LARGE" });
    t.is(first.position, 1);
    await first.release();
    const second = await claimSoon(topic);
    t.is(second.position, 1);
    await second.publish([publicationAt(2)], 2);
    await second.publish([], 3);
    await second.publish([publicationAt(4)], 4);
    t.deepEqual(positionsOf(await bench.consume(3)), [1, 2, 4]);
    await second.release();
    t.is((await claimSoon(bench.open())).position, 4);
  });

  test("readers see what was published", async (t, makeBench) => {
    const bench = await makeBench();
    const claim = await claimSoon(bench.open());
    t.true(await claim.isVisible());
    await claim.publish(publicationsFrom(1, 20), 20);
    await until(() => claim.isVisible().catch(() => false));
    t.true(await claim.isVisible());
  });

  test("what was passed over counts as done", async (t, makeBench) => {
    const bench = await makeBench();
    const first = await claimSoon(bench.open());
    await first.publish([publicationAt(1)], 1);
    await first.publish([], 5);
    await first.release();
    const second = await claimSoon(bench.open());
    t.is(second.position, 5);
    t.is(second.newest?.position, 1);
  });

  test("a topic that was closed can't be claimed", async (t, makeBench) => {
    const bench = await makeBench();
    const topic = bench.open();
    await (await claimSoon(topic)).publish([publicationAt(1)], 1);
    await topic.close();
    await topic.close();
    await t.throwsAsync(topic.claim(), { code: "TOPIC_CLOSED" });
  });
}
