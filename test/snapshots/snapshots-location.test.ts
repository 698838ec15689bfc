import test from "ava";

import { readSnapshotsLocation } from "../../host/snapshots/snapshots-location.ts";

test("where snapshots go is read from file: and s3: locations", (t) => {
  const read = (text: string): unknown => readSnapshotsLocation(text, "data");
  t.deepEqual(read("file:"), { kind: "file", directory: "data/snapshots" });
  t.deepEqual(read("file:/var/snapshots"), { kind: "file", directory: "/var/snapshots" });
  t.deepEqual(read("file:///var/snap%20shots"), { kind: "file", directory: "/var/snap shots" });
  t.deepEqual(read("file:snapshots"), { kind: "file", directory: "snapshots" });
  t.deepEqual(read("s3://bank"), { kind: "s3", bucket: "bank", prefix: "" });
  t.deepEqual(read("s3://bank/evento/a"), { kind: "s3", bucket: "bank", prefix: "evento/a" });
});

test("another location is refused", (t) => {
  for (const text of ["/var/snapshots", "http://bank", "s3:", "s3://", "s3://B/x"])
    t.throws(() => readSnapshotsLocation(text, "data"), { code: "CONFIG_INVALID" }, text);
});
