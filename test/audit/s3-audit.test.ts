// Snapshots in S3, compared with the fold of their events by the command line.
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";

import { S3Snapshots } from "../../host/snapshots/s3-snapshots.ts";
import { BankHost, type Json } from "../banking/bank-host.ts";
import { runEvento } from "../cli/evento-run.ts";
import { startS3 } from "../services/s3-server.ts";
import { serviceOrSkip, testsWith } from "../services/tests-with-service.ts";
import { until } from "../until.ts";

const testWithS3 = testsWith(await serviceOrSkip("S3", startS3));

testWithS3(
  "a snapshot in S3 that is not the fold of its events is found, and so is a bucket out of reach",
  async (t, s3) => {
    t.timeout(120_000);
    const { endpoint, credentials } = s3;
    const client = new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials });
    t.teardown(() => client.destroy());
    await client.send(new CreateBucketCommand({ Bucket: "bank" }));
    const environment = {
      EVENTO_S3_ENDPOINT: endpoint,
      EVENTO_SNAPSHOTS: "s3://bank/snapshots",
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    };
    const bank = await BankHost.start(t, { environment: { ...environment, EVENTO_SNAPSHOT_EVENTS: "5" } });
    const account = { client: "client:1", overdraft_limit: 0, opened: "1993-01-01" };
    await bank.post({ entity: "checking:1", command_type: "OpenAccount", payload: account });
    for (let count = 0; count < 11; count++)
      await bank.post({ entity: "checking:1", command_type: "ReceiveDeposit", payload: { amount: "1.00" } });

    const { digest } = await bank.get("/functions/checking-account");
    const { fingerprint, schema } = await bank.get("/schemas/CheckingAccount");
    const { id: log } = await bank.get("/log");
    const snapshots = await S3Snapshots.open({ bucket: "bank", prefix: "snapshots", endpoint, credentials, log });
    t.teardown(() => snapshots.close());
    const key = { aggregate: "checking:1", aggregator_digest: digest, schema: fingerprint };
    await until(async () => (await snapshots.latest(key, 20))?.sequence === 10);
    await bank.host.kill("SIGKILL");

    const verify = async (
      change: { readonly [name: string]: string } = {},
    ): Promise<{ code: number | null; report: Json }> => {
      const args = ["verify", "--json", "--data", `${bank.host.directory}/data`];
      const { code, stdout } = await runEvento(args, { environment: { ...environment, ...change } });
      return { code, report: JSON.parse(stdout) };
    };
    const sound = await verify();
    t.is(sound.code, 0);
    t.true(sound.report.states >= 2, "snapshots after the fifth and the tenth event");

    const newest = await snapshots.latest(key, 20);
    if (newest === undefined) return t.fail("there is no snapshot");
    const state = Buffer.from(newest.state);
    state.writeUInt8(state.readUInt8(state.length - 1) ^ 1, state.length - 1);
    await snapshots.put({ ...newest, state }, JSON.stringify(schema));
    const changed = await verify();
    t.is(changed.code, 1);
    t.regex(JSON.stringify(changed.report.faults), /STATE_DIFFERS[^]*checking:1 at 10 in the snapshots/);

    const away = await verify({ EVENTO_S3_ENDPOINT: "http://127.0.0.1:9" });
    t.is(away.code, 1);
    t.regex(JSON.stringify(away.report.faults), /SNAPSHOTS_UNAVAILABLE/);
  },
);
