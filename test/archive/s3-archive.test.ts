import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";

import { S3Archive } from "../../host/archive/s3-archive.ts";
import { startS3 } from "../services/s3-server.ts";
import { serviceOrSkip, testsWith } from "../services/tests-with-service.ts";
import { archiveContract } from "./archive-contract.ts";

const withS3 = testsWith(
  await serviceOrSkip("S3", async () => {
    const server = await startS3();
    const { endpoint, credentials } = server;
    const client = new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials });
    await client.send(new CreateBucketCommand({ Bucket: "copies" }));
    client.destroy();
    return server;
  }),
);
let prefixCount = 0;

archiveContract((title, body) =>
  withS3(title, async (t, { endpoint, credentials }) => {
    prefixCount += 1;
    const archive = new S3Archive({ bucket: "copies", prefix: `prefix-${prefixCount}`, endpoint, credentials });
    t.teardown(() => archive.close());
    await body(t, archive);
  }),
);

withS3("a folder of more than a page of names is listed whole", async (t, { endpoint, credentials }) => {
  const archive = new S3Archive({ bucket: "copies", prefix: "many", endpoint, credentials });
  t.teardown(() => archive.close());
  const names = Array.from({ length: 1_005 }, (_, index) => `a/${String(index).padStart(5, "0")}`);
  for (let at = 0; at < names.length; at += 50)
    await Promise.all(names.slice(at, at + 50).map((name) => archive.put(name, Buffer.from("x"))));
  t.deepEqual(await archive.list("a/"), names);
});

withS3("a bucket that is not there is told as out of reach, with what to do", async (t, { endpoint, credentials }) => {
  const archive = new S3Archive({ bucket: "no-such-bucket", prefix: "", endpoint, credentials });
  t.teardown(() => archive.close());
  const error = await t.throwsAsync(archive.put("a/1", Buffer.from("x")));
  t.like(error, { code: "ARCHIVE_UNAVAILABLE", retryable: true });
});
