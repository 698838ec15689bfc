import avro from "avsc";
import test from "ava";

import { AvroBuffer } from "../../host/domain/avro-buffer.ts";

const type = avro.Type.forSchema({ type: "bytes" });

test("values of any size are taken one after the other, each in bytes of its own", (t) => {
  const buffer = new AvroBuffer(16);
  // Smaller than the buffer, larger, larger than what is kept of it, and small again.
  const values = [3, 100, 3 << 20, 5, 0].map((size, at) => Buffer.alloc(size, at + 1));
  const taken = values.map((value) => {
    buffer.write(type, value);
    return buffer.take();
  });
  for (const [at, value] of values.entries()) t.is(Buffer.compare(taken[at] ?? value, type.toBuffer(value)), 0);
  t.is(buffer.sizeBytes, 0);
});
