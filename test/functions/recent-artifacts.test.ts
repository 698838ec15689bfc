import test from "ava";

import { RecentArtifacts } from "../../host/functions/recent-artifacts.ts";

const bytes = (length: number): Uint8Array => new Uint8Array(length);

test("what was used longest ago makes room, as soon as there are more bytes than allowed", (t) => {
  const recent = new RecentArtifacts({ bytesMax: 10 });
  recent.put("a", bytes(4));
  recent.put("b", bytes(4));
  recent.put("c", bytes(2));
  t.is(recent.get("a")?.length, 4);
  recent.put("d", bytes(1));
  t.is(recent.get("b"), undefined);
  t.is(recent.get("a")?.length, 4);
  t.is(recent.get("c")?.length, 2);
  t.is(recent.get("d")?.length, 1);
});

test("an artifact takes the place of the one before, and its bytes are counted once", (t) => {
  const recent = new RecentArtifacts({ bytesMax: 10 });
  recent.put("a", bytes(1));
  for (let round = 0; round < 5; round++) recent.put("b", bytes(9));
  t.is(recent.get("a")?.length, 1);
  t.is(recent.get("b")?.length, 9);
});

test("what is larger than all that is allowed is not remembered", (t) => {
  const recent = new RecentArtifacts({ bytesMax: 10 });
  recent.put("a", bytes(11));
  t.is(recent.get("a"), undefined);
  recent.put("b", bytes(10));
  t.is(recent.get("b")?.length, 10);
});
