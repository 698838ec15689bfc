import test from "ava";

import { decodeCursor, encodeCursor, type TopicCursor } from "../../host/publisher/kafka/topic-cursor.ts";
import { hasLost, progressOf, type PartitionFinding } from "../../host/publisher/kafka/topic-progress.ts";

const cursor: TopicCursor = {
  position: 100,
  partitions: 2,
  ends: new Map([
    [0, { offset: 70n, position: 99 }],
    [1, { offset: 50n, position: 20 }],
  ]),
};

function finding(change: Partial<PartitionFinding>): PartitionFinding {
  return { low: 0n, last: undefined, endFound: false, ...change };
}

test("a topic that has what its cursor says is done up to there, also where no event lay for long", (t) => {
  const findings = new Map([
    [0, finding({ endFound: true, last: { position: 99, id: "a" } })],
    [1, finding({ endFound: true, last: { position: 20, id: "b" } })],
  ]);
  const { position, done, newest } = progressOf(cursor, findings);
  t.is(position, 100);
  t.deepEqual(
    [...done],
    [
      [0, 100],
      [1, 100],
    ],
  );
  t.deepEqual(newest, { position: 99, id: "a" });
});

test("what a partition has beyond the cursor is done in that partition alone", (t) => {
  const findings = new Map([
    [0, finding({ endFound: true, last: { position: 107, id: "a" } })],
    [1, finding({ endFound: true, last: { position: 20, id: "b" } })],
  ]);
  const { position, done } = progressOf(cursor, findings);
  t.is(position, 100);
  t.deepEqual([...done.values()], [107, 100]);
});

test("a partition that has lost its end is done as far as it goes, and the log is gone through from there", (t) => {
  const findings = new Map([
    [0, finding({ last: { position: 60, id: "a" } })],
    [1, finding({ endFound: true, last: { position: 20, id: "b" } })],
  ]);
  const { position, done } = progressOf(cursor, findings);
  t.is(position, 60);
  t.deepEqual([...done.values()], [60, 100]);
});

test("an end that retention has deleted is not lost, one that should be there is", (t) => {
  t.false(hasLost({ offset: 70n, position: 99 }, finding({ low: 71n })));
  t.true(hasLost({ offset: 70n, position: 99 }, finding({ low: 70n })));
  t.false(hasLost({ offset: 70n, position: 99 }, finding({ low: 70n, endFound: true })));
  t.false(hasLost(undefined, finding({})));
});

test("without a cursor the log is gone through from its start, and each partition says what it has", (t) => {
  const { position, done } = progressOf(
    undefined,
    new Map([
      [0, finding({ last: { position: 60, id: "a" } })],
      [1, finding({})],
    ]),
  );
  t.is(position, 0);
  t.deepEqual([...done.values()], [60, 0]);
});

test("a cursor is read as it was written", (t) => {
  const large: TopicCursor = { ...cursor, ends: new Map([[0, { offset: 2n ** 62n, position: 1 }]]) };
  t.deepEqual(decodeCursor(encodeCursor(cursor)), cursor);
  t.deepEqual(decodeCursor(encodeCursor(large)), large);
});

test("something else than a cursor is refused by name", (t) => {
  for (const text of [
    "",
    "7",
    "null",
    "{}",
    '{"position":1}',
    '{"position":-1,"partitions":3,"ends":[]}',
    '{"position":1,"partitions":3,"ends":[7]}',
  ])
    t.throws(() => decodeCursor(text), { code: "TOPIC_CURSOR_INVALID" }, text);
});
