import test from "ava";
import * as fc from "fast-check";

import { frameOf, groupsIn, readSegmentName, segmentName } from "../../host/archive/segment.ts";
import type { StoredGroup } from "../../host/journal/log-store.ts";

async function read(chunks: Iterable<Uint8Array>): Promise<StoredGroup[]> {
  return Array.fromAsync(groupsIn(chunks), ({ number, value }) => ({ number, value: Uint8Array.from(value) }));
}

test("groups come out as they went in, wherever the bytes are cut", async (t) => {
  const group = fc.record({ number: fc.nat(), value: fc.uint8Array({ maxLength: 40 }) });
  const property = fc.asyncProperty(
    fc.array(group, { maxLength: 8 }),
    fc.array(fc.nat({ max: 60 }), { maxLength: 10 }),
    async (groups, cuts) => {
      let rest: Uint8Array = Buffer.concat(groups.map(frameOf));
      const chunks: Uint8Array[] = [];
      for (const cut of cuts) {
        chunks.push(rest.subarray(0, cut));
        rest = rest.subarray(cut);
      }
      t.deepEqual(await read([...chunks, rest]), groups);
    },
  );
  await fc.assert(property);
});

test("an end within a group is an error, and so is a length that no group has", async (t) => {
  const frame = frameOf({ number: 7, value: Buffer.from("value") });
  for (let length = 1; length < frame.length; length++)
    await t.throwsAsync(read([frame.subarray(0, length)]), { code: "SEGMENT_BROKEN" });
  const longer = Buffer.from(frame);
  longer.writeUInt32BE(0xffffffff, 8);
  await t.throwsAsync(read([longer]), { code: "SEGMENT_BROKEN" });
});

test("a segment's name says its groups, and another name is none", (t) => {
  t.deepEqual(readSegmentName(segmentName({ first: 1, last: 12_345 })), { first: 1, last: 12_345 });
  t.is(readSegmentName("notes.txt"), undefined);
});
