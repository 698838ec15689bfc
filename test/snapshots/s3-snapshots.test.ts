import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import test, { type ExecutionContext } from "ava";

import { snapshotReadDeadlineMs } from "../../host/limits.ts";
import { S3Snapshots, type S3SnapshotsOptions } from "../../host/snapshots/s3-snapshots.ts";
import { startFaultyHttp } from "../services/faulty-http.ts";
import { startS3, type S3Server } from "../services/s3-server.ts";
import { serviceOrSkip, testsWith } from "../services/tests-with-service.ts";
import { startToxiproxy, type Toxiproxy } from "../services/toxiproxy.ts";
import { keyOf, rootSchema, snapshotAt, snapshotsContract, type Bench } from "./snapshots-contract.ts";

const log = "0190b7a2-0000-7000-8000-000000000001";
let bucketCount = 0;

const services = await Promise.all([
  serviceOrSkip("S3", startS3),
  serviceOrSkip("S3 behind a proxy", async () => {
    const [s3, toxiproxy] = await Promise.all([startS3(), startToxiproxy()]);
    return {
      s3,
      toxiproxy,
      async close() {
        await Promise.all([s3.close(), toxiproxy.close()]);
      },
    };
  }),
]);
const testWithS3 = testsWith(services[0]);
const testWithFaults = testsWith(services[1]);

async function makeBucket(t: ExecutionContext, s3: S3Server): Promise<{ bucket: string; client: S3Client }> {
  const { endpoint, credentials } = s3;
  const client = new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials });
  t.teardown(() => client.destroy());
  bucketCount += 1;
  const bucket = `bucket-${bucketCount}`;
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  return { bucket, client };
}

async function open(
  t: ExecutionContext,
  { s3, bucket, ...more }: { s3: S3Server; bucket: string } & Partial<S3SnapshotsOptions>,
): Promise<S3Snapshots> {
  const { endpoint, credentials } = s3;
  const store = await S3Snapshots.open({ endpoint, credentials, bucket, prefix: "evento/snapshots/", log, ...more });
  t.teardown(() => store.close());
  return store;
}

async function makeBench(t: ExecutionContext, s3: S3Server): Promise<Bench> {
  const { bucket, client } = await makeBucket(t, s3);
  const keys = async (): Promise<string[]> => {
    const { Contents: objects = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
    return objects.flatMap(({ Key: key }) => key ?? []);
  };
  const read = async (key: string): Promise<Buffer> => {
    const { Body: body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return Buffer.from((await body?.transformToByteArray()) ?? []);
  };
  const write = async (key: string, body: Uint8Array): Promise<void> => {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
  };
  return {
    open: (of = log) => open(t, { s3, bucket, log: of }),
    async damage(change) {
      for (const key of await keys()) await write(key, change(await read(key)));
    },
    async shuffle() {
      const names = await keys();
      const contents = await Promise.all(names.map(read));
      await Promise.all(names.map((key, index) => write(key, contents[(index + 1) % names.length] ?? Buffer.alloc(0))));
    },
    async fileNames() {
      return (await keys()).map((key) => key.replace(/^evento\/snapshots\//, ""));
    },
  };
}

snapshotsContract((title, body) => testWithS3(title, (t, s3) => body(t, () => makeBench(t, s3))));

testWithS3("a bucket that is not there costs nothing but snapshots, and the reason is told once", async (t, s3) => {
  const reasons: string[] = [];
  const store = await open(t, { s3, bucket: "no-such-bucket", onFailure: (error) => reasons.push(error.message) });
  await store.put(snapshotAt(100), rootSchema);
  await store.put(snapshotAt(200), rootSchema);
  t.is(await store.latest(keyOf(snapshotAt(100)), 100), undefined);
  t.is(store.counts.failed, 3);
  t.is(reasons.length, 1);
  t.regex(reasons[0] ?? "", /bucket/);
});

testWithS3("a wrong secret is told, and costs nothing but snapshots", async (t, s3) => {
  const { bucket } = await makeBucket(t, s3);
  const codes: string[] = [];
  const credentials = { accessKeyId: "test", secretAccessKey: "wrong" };
  const store = await open(t, { s3, bucket, credentials, onFailure: (error) => codes.push(error.code) });
  await store.put(snapshotAt(100), rootSchema);
  t.deepEqual(codes, ["SNAPSHOTS_UNAVAILABLE"]);
});

testWithS3("a write whose reply was lost is done again and is one snapshot", async (t, s3) => {
  const { bucket, client } = await makeBucket(t, s3);
  const proxy = await startFaultyHttp(s3.port);
  t.teardown(() => proxy.close());
  const store = await open(t, { s3, bucket, endpoint: proxy.url });
  proxy.plan(["lose-reply"]);
  await store.put(snapshotAt(100), rootSchema);
  t.deepEqual(proxy.seen.slice(0, 2), ["PUT lose-reply", "PUT none"]);
  t.is(store.counts.written, 1);
  const { KeyCount: count } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
  t.is(count, 1);
  t.deepEqual(await store.latest(keyOf(snapshotAt(100)), 100), snapshotAt(100));
});

testWithS3("an error of the service that passes is not seen", async (t, s3) => {
  const { bucket } = await makeBucket(t, s3);
  const proxy = await startFaultyHttp(s3.port);
  t.teardown(() => proxy.close());
  const store = await open(t, { s3, bucket, endpoint: proxy.url });
  await store.put(snapshotAt(100), rootSchema);
  proxy.plan(["answer-500", "none", "answer-503"]);
  t.deepEqual(await store.latest(keyOf(snapshotAt(100)), 100), snapshotAt(100));
  t.is(store.counts.failed, 0);
});

testWithFaults(
  "a service that swallows everything is waited for three times, then left alone until a pause is over",
  async (t, faults) => {
    const { store, proxied, clock } = await behindProxy(t, faults);
    await store.put(snapshotAt(100), rootSchema);
    await proxied.add("timeout", { timeout: 0 });
    const begun = performance.now();
    for (let call = 0; call < 3; call++) t.is(await store.latest(keyOf(snapshotAt(100)), 100), undefined);
    const waited = performance.now() - begun;
    t.true(waited < 3 * snapshotReadDeadlineMs + 1_500, `${waited} ms`);
    t.is(store.state, "open");
    const leftOut = performance.now();
    for (let call = 0; call < 100; call++) t.is(await store.latest(keyOf(snapshotAt(100)), 100), undefined);
    t.true(performance.now() - leftOut < 500);
    await proxied.remove("timeout");
    t.is(await store.latest(keyOf(snapshotAt(100)), 100), undefined);
    clock.time += 1_000;
    t.deepEqual(await store.latest(keyOf(snapshotAt(100)), 100), snapshotAt(100));
    t.is(store.state, "closed");
  },
);

testWithFaults("a service that is down and comes back is used again", async (t, faults) => {
  const { store, proxied, clock } = await behindProxy(t, faults);
  await store.put(snapshotAt(100), rootSchema);
  await proxied.down();
  for (let call = 0; call < 5; call++) await store.put(snapshotAt(200), rootSchema);
  t.is(store.state, "open");
  await proxied.up();
  clock.time += 120_000;
  await store.put(snapshotAt(300), rootSchema);
  t.is((await store.latest(keyOf(snapshotAt(1)), 999))?.sequence, 300);
});

testWithFaults("a body that stops half-way is given up at the deadline", async (t, faults) => {
  const { store, proxied } = await behindProxy(t, faults);
  await store.put(snapshotAt(100, { state: Buffer.alloc(4 << 20, 7) }), rootSchema);
  await proxied.add("bandwidth", { rate: 100 });
  const begun = performance.now();
  t.is(await store.latest(keyOf(snapshotAt(100)), 100), undefined);
  t.true(performance.now() - begun < snapshotReadDeadlineMs + 1_000);
  t.is(store.counts.failed, 1);
});

async function behindProxy(t: ExecutionContext, { s3, toxiproxy }: { s3: S3Server; toxiproxy: Toxiproxy }) {
  const { bucket } = await makeBucket(t, s3);
  const proxied = await toxiproxy.before(s3.port);
  const clock = { time: 0, now: () => clock.time };
  const store = await open(t, { s3, bucket, endpoint: `http://127.0.0.1:${proxied.port}`, clock });
  return { store, proxied, clock };
}

test("a host starts although its bucket is out of reach", async (t) => {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const store = await S3Snapshots.open({
    bucket: "bucket",
    prefix: "",
    log,
    endpoint: "http://127.0.0.1:9",
    credentials,
  });
  t.is(await store.latest(keyOf(snapshotAt(1)), 1), undefined);
  await store.close();
});
