// Traces from outside: a real host, a caller that traces, and a collector.
import { join } from "node:path";

import test from "ava";

import { buildFunction } from "../../sdk-assemblyscript/build-function.ts";
import { BankHost, type Json } from "../banking/bank-host.ts";
import { runEvento } from "../cli/evento-run.ts";
import { until } from "../until.ts";
import { TraceCollector, treeOf } from "./trace-collector.ts";

const opened = "1993-01-01";

test("a transfer is one trace from its caller to the last event, although the host ended in between", async (t) => {
  t.timeout(180_000);
  const collector = await TraceCollector.start(t);
  const bank = await BankHost.start(t, { environment: { EVENTO_OTLP_ENDPOINT: collector.url } });
  await bank.post({
    entity: "checking:1",
    command_type: "OpenAccount",
    payload: { client: "client:1", overdraft_limit: "50.00", opened },
  });
  await bank.post({ entity: "savings:1", command_type: "OpenAccount", payload: { client: "client:1", opened } });
  const savings = await buildFunction(new URL("../../functions/banking/savings-account", import.meta.url).pathname);
  if (savings.kind === "rules") throw new Error("expected a component");
  await change(bank, "/functions/savings-account", { method: "DELETE" });

  const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  const caller = "00f067aa0ba902b7";
  const sent = await post(bank, `00-${trace}-${caller}-01`, {
    id: "transfer",
    entity: "checking:1",
    command_type: "TransferFunds",
    payload: { amount: "40.00", to: "savings:1" },
  });
  t.regex(sent.command.cause.id, new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`));
  t.is(sent.command.root_cause, "transfer");
  // Nothing takes the money in, and the host ends.
  await until(async () => (await bank.get("/commands?status=parked")).commands.length === 1, 20_000);
  const parkedLine = bank.host.log.split("\n").find((line) => line.includes('"event":"command.parked"')) ?? "";
  await bank.host.restart("SIGTERM");
  await change(bank, "/functions/savings-account", {
    method: "PUT",
    body: Buffer.from(savings.component),
    headers: { "content-type": "application/wasm" },
  });
  await bank.quiet();
  t.is(await bank.balance("savings:1"), "40.00");
  await bank.host.kill("SIGTERM");

  const spans = collector.of(trace);
  t.deepEqual(treeOf(spans, caller), [
    "POST /commands(CheckingAccount.TransferFunds(try 1(handler and aggregator checking-account), commit, " +
      "dispatch transfers(SavingsAccount.ReceiveDeposit(try 1(handler and aggregator savings-account), commit))))",
  ]);
  const transfer = spans.find(({ name }) => name === "CheckingAccount.TransferFunds");
  t.like(transfer?.attributes, {
    "evento.command.id": "transfer",
    "evento.command.type": "TransferFunds",
    "evento.aggregate": "checking:1",
    "evento.outcome": "done",
    "evento.attempts": 1,
    "evento.function": "checking-account",
  });
  t.regex(String(transfer?.attributes["evento.function.digest"]), /^[0-9a-f]{64}$/);
  t.is(transfer?.resource["service.name"], "evento");
  const deposit = spans.filter(({ name }) => name === "SavingsAccount.ReceiveDeposit");
  const ends = deposit.map(({ attributes, status }) => ({ outcome: attributes["evento.outcome"], status }));
  t.deepEqual(ends, [
    { outcome: "parked", status: 2 },
    { outcome: "done", status: 0 },
  ]);
  t.true(spans.every(({ start, end }) => start <= end));
  for (const { name, parentSpanId, start } of spans) {
    const parent = spans.find(({ spanId }) => spanId === parentSpanId);
    t.true(parent === undefined || parent.start <= start, `${name} begins after what it came of`);
  }
  t.regex(parkedLine, /"command_type":"ReceiveDeposit"/);
  t.regex(parkedLine, new RegExp(`"trace_id":"${trace}"`));

  // The log is as sound as any, and everything in it can be done again.
  const data = join(bank.host.directory, "data");
  for (const args of [["verify", "--re-execute"], ["reindex"]]) {
    const { code, stderr } = await runEvento([...args, "--data", data]);
    t.is(code, 0, stderr);
  }
});

test("a caller that is not traced begins no trace, and what is no traceparent is not believed", async (t) => {
  t.timeout(180_000);
  const collector = await TraceCollector.start(t);
  const bank = await BankHost.start(t, { environment: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } });
  const register = (id: string, traceparent: string) =>
    post(bank, traceparent, {
      id,
      entity: `client:${id}`,
      command_type: "RegisterClient",
      payload: { born: "1970-12-13", district: 18 },
    });
  const unsampled = await register("quiet", "00-11111111111111111111111111111111-2222222222222222-00");
  t.regex(unsampled.command.cause.id, /^00-1{32}-[0-9a-f]{16}-00$/);
  const unbelieved = await register("loud", "00-33333333333333333333333333333333-4444444444444444-01\u00e9");
  await bank.host.kill("SIGTERM");
  t.deepEqual(collector.of("1".repeat(32)), []);
  t.deepEqual(collector.of("3".repeat(32)), []);
  const [, trace = ""] = /^00-([0-9a-f]{32})-/.exec(unbelieved.command.cause.id) ?? [];
  t.true(collector.of(trace).some(({ name }) => name === "POST /commands"));
});

test("a collector that is away costs spans, which are counted, and no command", async (t) => {
  t.timeout(180_000);
  const bank = await BankHost.start(t, { environment: { EVENTO_OTLP_ENDPOINT: "http://127.0.0.1:9" } });
  const { status } = await bank.post({
    entity: "client:1",
    command_type: "RegisterClient",
    payload: { born: "1970-12-13", district: 18 },
  });
  t.is(status, "done");
  await until(async () => {
    const metrics = await (await fetch(`${bank.host.url}/metrics`)).text();
    return Number(/^evento_trace_spans_dropped_total (\d+)/m.exec(metrics)?.[1]) >= 4;
  }, 30_000);
  t.regex(bank.host.log, /"event":"traces.away"/);
  const { code } = await bank.host.kill("SIGTERM");
  t.is(code, 0);
});

async function change(bank: BankHost, path: string, init: RequestInit): Promise<void> {
  const response = await fetch(bank.host.url + path, init);
  if (!response.ok) throw new Error(await response.text());
}

async function post(bank: BankHost, traceparent: string, command: object): Promise<Json> {
  const response = await fetch(`${bank.host.url}/commands`, {
    method: "POST",
    body: JSON.stringify(command),
    headers: { "content-type": "application/json", traceparent },
  });
  return response.json();
}
