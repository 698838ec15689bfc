import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import test, { type ExecutionContext } from "ava";

import { addressOf, readConfig } from "../../host/config.ts";

const environment = {};

function fileOf(t: ExecutionContext, content: unknown): string {
  const directory = mkdtempSync(join(tmpdir(), "evento-config-"));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const path = join(directory, "evento.json");
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

test("without anything said a host listens on loopback and keeps its data in ./data", (t) => {
  t.like(readConfig({ environment }), { listen: "127.0.0.1:8080", data: "./data", insecure: false, wait_ms: 10_000 });
});

test("a flag wins over the environment, which wins over the file", (t) => {
  const config = fileOf(t, { listen: "127.0.0.1:1", data: "/file", tries: 7, kafka_brokers: ["one:9092", "two:9092"] });
  t.like(
    readConfig({
      flags: { config, listen: "127.0.0.1:3" },
      environment: { EVENTO_LISTEN: "127.0.0.1:2", EVENTO_DATA: "/environment" },
    }),
    { listen: "127.0.0.1:3", data: "/environment", tries: 7, kafka_brokers: "one:9092,two:9092" },
  );
  t.is(readConfig({ environment: { EVENTO_CONFIG: config } }).data, "/file");
});

test("a variable that is set to nothing was not set", (t) => {
  t.is(readConfig({ environment: { EVENTO_LISTEN: "" } }).listen, "127.0.0.1:8080");
});

test("a mistyped variable is refused with what was meant", (t) => {
  t.throws(() => readConfig({ environment: { EVENTO_KAFKA_BROKER: "a:1" } }), {
    code: "CONFIG_INVALID",
    message: /EVENTO_KAFKA_BROKER/,
  });
  const error = t.throws<Error & { hint: string }>(() => readConfig({ environment: { EVENTO_LISTN: "a:1" } }));
  t.regex(error?.hint ?? "", /EVENTO_LISTEN/);
});

test("a mistyped key of the file is refused with what was meant", (t) => {
  const error = t.throws<Error & { hint: string }>(() =>
    readConfig({ flags: { config: fileOf(t, { dat: "/x" }) }, environment }),
  );
  t.regex(error?.message ?? "", /dat/);
  t.regex(error?.hint ?? "", /data/);
});

for (const [what, content] of [
  ["no JSON", "{"],
  ["a list", []],
  ["a setting of another kind", { listen: { port: 1 } }],
] as const)
  test(`a configuration file with ${what} is refused`, (t) => {
    t.throws(() => readConfig({ flags: { config: fileOf(t, content) }, environment }), { code: "CONFIG_INVALID" });
  });

for (const [name, value] of [
  ["EVENTO_INSECURE", "yes"],
  ["EVENTO_TRIES", "0"],
  ["EVENTO_TRIES", "-1"],
  ["EVENTO_WAIT_MS", "10s"],
] as const)
  test(`${name}=${value} is refused by name`, (t) => {
    t.throws(() => readConfig({ environment: { [name]: value } }), {
      code: "CONFIG_INVALID",
      message: new RegExp(name),
    });
  });

test("an address is read with its port, IPv6 in brackets", (t) => {
  const read = (listen: string) => addressOf(readConfig({ flags: { listen }, environment }));
  t.deepEqual(read("127.0.0.1:0"), { host: "127.0.0.1", port: 0 });
  t.deepEqual(read("[::1]:8080"), { host: "::1", port: 8080 });
  t.deepEqual(read("localhost:80"), { host: "localhost", port: 80 });
  for (const wrong of ["8080", ":8080", "127.0.0.1", "127.0.0.1:99999", "::1:8080", "127.0.0.1:http"])
    t.throws(() => read(wrong), { code: "CONFIG_INVALID" }, wrong);
});

test("an address that others can reach needs to be asked for", (t) => {
  for (const listen of ["0.0.0.0:8080", "[::]:8080", "192.168.1.2:8080", "example.org:8080"]) {
    t.throws(() => addressOf(readConfig({ flags: { listen }, environment })), { code: "CONFIG_INVALID" });
    t.notThrows(() => addressOf(readConfig({ flags: { listen, insecure: "true" }, environment })));
  }
});

test("with tokens a host may listen where others reach it", (t) => {
  const config = readConfig({ flags: { listen: "0.0.0.0:8080", tokens: "tokens.json" }, environment });
  t.deepEqual(addressOf(config), { host: "0.0.0.0", port: 8080 });
});

test("a collector of traces is named by Evento's variable, else by OpenTelemetry's", (t) => {
  const usual = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://one:4318" };
  t.is(readConfig({ environment }).otlp_endpoint, "");
  t.is(readConfig({ environment: usual }).otlp_endpoint, "http://one:4318");
  const both = { ...usual, EVENTO_OTLP_ENDPOINT: "https://two:4318" };
  t.is(readConfig({ environment: both }).otlp_endpoint, "https://two:4318");
});

for (const endpoint of ["one:4318", "grpc://one:4317", "/v1/traces"])
  test(`a collector that HTTP does not reach is refused: ${endpoint}`, (t) => {
    t.throws(() => readConfig({ environment: { EVENTO_OTLP_ENDPOINT: endpoint } }), {
      code: "CONFIG_INVALID",
      message: /EVENTO_OTLP_ENDPOINT/,
    });
  });

test("a share of traces is a number from 0 to 1", (t) => {
  for (const share of ["0", "0.01", ".5", "1", "1.0"])
    t.is(readConfig({ environment: { EVENTO_TRACE_SHARE: share } }).trace_share, Number(share));
  for (const share of ["2", "1.5", "-1", "half", "1e-3"])
    t.throws(() => readConfig({ environment: { EVENTO_TRACE_SHARE: share } }), { code: "CONFIG_INVALID" });
});
