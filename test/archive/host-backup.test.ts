// From a running bank to a copy, and from the copy to a bank on another disk: with the command line, as an operator does it.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import test, { type ExecutionContext } from "ava";

import { BankHost, type Json } from "../banking/bank-host.ts";
import { runEvento } from "../cli/evento-run.ts";
import { HostHarness } from "../host-harness.ts";
import { startS3, type S3Server } from "../services/s3-server.ts";
import { serviceOrSkip, testsWith } from "../services/tests-with-service.ts";

const withS3 = testsWith(await serviceOrSkip("S3", startS3));
const accounts = 5;

const openings = Array.from({ length: accounts }, (_, account) => ({
  id: `open-${account}`,
  entity: `checking:${account}`,
  command_type: "OpenAccount",
  payload: { client: "client:1", overdraft_limit: 0, opened: "1993-01-01" },
}));

function deposits(from: number, count: number): object[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `deposit-${from + index}`,
    entity: `checking:${index % accounts}`,
    command_type: "ReceiveDeposit",
    payload: { amount: "1.00" },
  }));
}

function s3Environment(endpoint: string, credentials: S3Server["credentials"]): Environment {
  return {
    EVENTO_S3_ENDPOINT: endpoint,
    EVENTO_SNAPSHOTS: "s3://bank/snapshots",
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
}

type Environment = { readonly [name: string]: string };

async function evento(t: ExecutionContext, args: readonly string[], environment: Environment): Promise<Json> {
  const { code, stdout, stderr } = await runEvento(args, { environment });
  t.is(code, 0, stderr);
  return JSON.parse(stdout);
}

async function logOf(bank: BankHost): Promise<string> {
  const response = await fetch(`${bank.host.url}/events`, { headers: { accept: "application/x-ndjson" } });
  return response.text();
}

/** Copies a bank while it works, loses its disk, and looks whether the restored one is the same. */
async function copyAndRestore(t: ExecutionContext, location: string, environment: Environment): Promise<void> {
  t.timeout(180_000);
  const bank = await BankHost.start(t, { environment });
  await bank.import([...openings, ...deposits(0, 300)]);
  const importing = bank.import(deposits(300, 3_000));
  const host = ["--host", bank.host.url];
  const first = await evento(t, ["backup", location, ...host], environment);
  const { functions } = await bank.get("/functions");
  t.is(first.added.components, functions.filter((fn: Json) => fn.process !== undefined).length);
  await importing;
  const second = await evento(t, ["backup", location, ...host], environment);
  t.is(second.groups - second.added.groups, first.groups);
  t.is(second.added.components, 0);
  const log = await logOf(bank);
  const balances = await Promise.all(openings.map(({ entity }) => bank.balance(entity)));

  await bank.host.kill("SIGKILL");
  const data = join(bank.host.directory, "data");
  await rm(data, { recursive: true });
  const restored = await evento(t, ["restore", location, "--data", data], environment);
  t.is(restored.head.groups, second.groups);
  const verified = await evento(t, ["verify", "--data", data], environment);
  t.true(verified.sound);
  await bank.host.start();
  t.is(await logOf(bank), log);
  t.deepEqual(await Promise.all(openings.map(({ entity }) => bank.balance(entity))), balances);
  // Ids are known as before, and the functions run.
  t.is((await bank.post(deposits(0, 1)[0] ?? {})).events[0].id, "deposit-0!0");
  t.is((await bank.post(deposits(9_000, 1)[0] ?? {})).status, "done");
}

test("a bank that was copied to a folder while it worked is the same on a new disk", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "evento-copy-"));
  t.teardown(() => rm(folder, { recursive: true }));
  await copyAndRestore(t, `file:${folder}`, {});
});

withS3("a bank whose copy and snapshots are in S3 is the same on a new disk", async (t, { endpoint, credentials }) => {
  const client = new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials });
  t.teardown(() => client.destroy());
  await client.send(new CreateBucketCommand({ Bucket: "bank" }));
  await copyAndRestore(t, "s3://bank/copy", s3Environment(endpoint, credentials));
});

test("a bank that is restored from an older copy goes on as a log of its own, and says what it gave up", async (t) => {
  t.timeout(120_000);
  const folder = await mkdtemp(join(tmpdir(), "evento-copy-"));
  t.teardown(() => rm(folder, { recursive: true }));
  const bank = await BankHost.start(t);
  await bank.import([...openings, ...deposits(0, 50)]);
  const { log, position } = await evento(t, ["backup", `file:${folder}`, "--host", bank.host.url], {});
  await bank.import(deposits(50, 50));
  await bank.host.kill("SIGKILL");
  const data = join(bank.host.directory, "data");
  await rm(data, { recursive: true });
  const restored = await evento(t, ["restore", `file:${folder}`, "--data", data, "--accept-loss"], {});
  t.not(restored.log, log);
  t.is(restored.previous_log, log);
  await bank.host.start();
  const { events } = await bank.get(`/events?after=${position}`);
  t.is(events.length, 1);
  t.like(events[0], {
    event_type: "LogRecovered",
    position: position + 1,
    payload: { previous_log: log, lost_from_position: position + 1 },
  });
  t.is((await bank.import(deposits(50, 50))).length, 50);
  const second = await evento(t, ["backup", `file:${folder}`, "--host", bank.host.url], {});
  t.is(second.log, restored.log);
});

test("a copy to where nothing can be written fails with what to do, and the host goes on", async (t) => {
  const host = await HostHarness.start(t);
  const at = ["--host", host.url];
  const environment = { AWS_ACCESS_KEY_ID: "nobody", AWS_SECRET_ACCESS_KEY: "nothing" };
  const away = await runEvento(["backup", "s3://bank/x", "--s3-endpoint", "http://127.0.0.1:9", ...at], {
    environment,
  });
  t.is(away.code, 1);
  t.regex(away.stderr, /ARCHIVE_UNAVAILABLE/);
  t.is((await runEvento(["backup", "/mnt/copy", ...at])).code, 2);
  t.is((await fetch(`${host.url}/readyz`)).status, 200);
});
