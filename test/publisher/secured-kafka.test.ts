// A broker that asks for TLS, a name and a password.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { ExecutionContext } from "ava";

import { HostHarness } from "../host-harness.ts";
import { makeCertificate } from "../services/certificate.ts";
import { startKafka } from "../services/kafka-broker.ts";
import { serviceOrSkip, testsWith } from "../services/tests-with-service.ts";
import { until } from "../until.ts";

const username = "evento";
const password = "correct-horse";

const withSecuredKafka = testsWith(
  await serviceOrSkip("Kafka with TLS and SASL", async () => {
    const { certificate, key } = await makeCertificate();
    const kafka = await startKafka({ security: { certificate, key, username, password } });
    return { ...kafka, certificate };
  }),
);

async function settingsFor(
  t: ExecutionContext,
  kafka: { address: string; certificate: string },
  login: { username: string; password: string },
): Promise<{ readonly [name: string]: string }> {
  const directory = await mkdtemp(join(tmpdir(), "evento-ca-"));
  t.teardown(() => rm(directory, { recursive: true }));
  const authority = join(directory, "ca.pem");
  await writeFile(authority, kafka.certificate);
  return {
    EVENTO_KAFKA_BROKERS: kafka.address,
    EVENTO_KAFKA_TLS: "true",
    EVENTO_KAFKA_SASL: JSON.stringify({ mechanism: "plain", ...login }),
    NODE_EXTRA_CA_CERTS: authority,
  };
}

type Publishing = { readonly state: string; readonly lag: number; readonly last_error?: { readonly message: string } };

async function publishingOf(host: HostHarness): Promise<Publishing> {
  const { kafka }: { kafka: Publishing } = JSON.parse(await (await fetch(`${host.url}/readyz`)).text());
  return kafka;
}

withSecuredKafka("a host logs in over TLS and publishes", async (t, kafka) => {
  const host = await HostHarness.start(t, { environment: await settingsFor(t, kafka, { username, password }) });
  const schema = await fetch(`${host.url}/schemas/Note`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify([
      { type: "record", name: "Note", namespace: "Note", evento: "root", entity: "note", fields: [] },
      { type: "record", name: "Noted", namespace: "Note", evento: "event", fields: [] },
    ]),
  });
  t.is(schema.status, 201);
  await until(async () => {
    const { state, lag } = await publishingOf(host);
    return state === "following" && lag === 0;
  });
});

withSecuredKafka("a wrong password is told, without a word of it, and commands go on", async (t, kafka) => {
  const settings = await settingsFor(t, kafka, { username, password: "wrong-horse" });
  const host = await HostHarness.start(t, { environment: settings });
  await until(async () => (await publishingOf(host)).last_error !== undefined);
  const { state, last_error: error } = await publishingOf(host);
  t.is(state, "waiting");
  t.regex(error?.message ?? "", /auth/i);
  t.false(host.log.includes("horse"));
  t.is((await fetch(`${host.url}/readyz`)).status, 200);
});
