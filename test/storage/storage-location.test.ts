import test from "ava";

import { readStorageLocation } from "../../host/storage/storage-location.ts";

test("a location is a folder or a bucket with a prefix", (t) => {
  t.deepEqual(readStorageLocation("file:/var/snapshots", "EVENTO_SNAPSHOTS"), {
    kind: "file",
    directory: "/var/snapshots",
  });
  t.deepEqual(readStorageLocation("file:///var/snap%20shots", "EVENTO_SNAPSHOTS"), {
    kind: "file",
    directory: "/var/snap shots",
  });
  t.deepEqual(readStorageLocation("file:snapshots", "EVENTO_SNAPSHOTS"), { kind: "file", directory: "snapshots" });
  t.deepEqual(readStorageLocation("s3://bank", "EVENTO_SNAPSHOTS"), { kind: "s3", bucket: "bank", prefix: "" });
  t.deepEqual(readStorageLocation("s3://bank/evento/a/", "EVENTO_SNAPSHOTS"), {
    kind: "s3",
    bucket: "bank",
    prefix: "evento/a",
  });
});

test("another location is refused", (t) => {
  for (const text of ["", "file:", "/var/snapshots", "http://bank", "s3:", "s3://", "s3://B/x"])
    t.throws(
      () => readStorageLocation(text, "EVENTO_SNAPSHOTS"),
      { code: "LOCATION_INVALID", message: /EVENTO_SNAPSHOTS/ },
      text,
    );
});
