import test from "ava";
import * as fc from "fast-check";

import { FrameReader } from "../../host/functions/frame-reader.ts";

type Frame = { readonly kind: number; readonly id: number; readonly payload: Uint8Array };

function bytesOf({ kind, id, payload }: Frame): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt32LE(payload.length, 0);
  header.writeUInt32LE(kind, 4);
  header.writeUInt32LE(id, 8);
  return Buffer.concat([header, payload]);
}

const u32 = fc.integer({ min: 0, max: 0xffffffff });
const frame: fc.Arbitrary<Frame> = fc.record({ kind: u32, id: u32, payload: fc.uint8Array({ maxLength: 60 }) });

test("frames come out whole and in order, however the chunks cut them", (t) => {
  const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 100 });
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 20 }), sizes, (frames, sizes) => {
      const taken: Frame[] = [];
      const reader = new FrameReader({
        take: (kind, id, payload) => taken.push({ kind, id, payload: Uint8Array.from(payload) }),
        frameBytesMax: 60,
      });
      const bytes = Buffer.concat(frames.map((frame) => bytesOf(frame)));
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const size = sizes[turn % sizes.length] ?? 1;
        reader.read(bytes.subarray(at, at + size));
        at += size;
      }
      t.deepEqual(
        taken,
        frames.map(({ kind, id, payload }) => ({ kind, id, payload: Uint8Array.from(payload) })),
      );
    }),
  );
});

test("a frame longer than allowed is refused before its bytes are here", (t) => {
  const reader = new FrameReader({ take() {}, frameBytesMax: 60 });
  const header = bytesOf({ kind: 1, id: 1, payload: new Uint8Array(61) }).subarray(0, 12);
  t.throws(() => reader.read(header), { message: "found a frame of 61 bytes, at most 60 allowed" });
});
