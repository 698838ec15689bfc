import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import test, { type ExecutionContext } from "ava";

import { EventoClient, type EventoClientOptions } from "../../host/client/evento-client.ts";
import { runEvento } from "../cli/evento-run.ts";
import { HostHarness } from "../host-harness.ts";
import { deploy, greetingComponent } from "../access/host-process.ts";
import { startFaultyHttp, type FaultyHttp } from "../services/faulty-http.ts";
import { freePort } from "../services/service-process.ts";

/** As `evento codegen` has it for schemas/greeting. */
type Aggregates = {
  readonly Greeting: {
    readonly entities: "greeting";
    readonly commands: { readonly Greet: { readonly name: string } };
    readonly event_drafts: { readonly Greeted: { readonly text: string; readonly times: number } };
    readonly events: { readonly Greeted: { readonly text: string; readonly times: number } };
    readonly state: { readonly times: number };
  };
};

let component: ReturnType<typeof greetingComponent> | undefined;

const greet = { entity: "greeting:1", command_type: "Greet", payload: { name: "Ada" } } as const;

test.serial("what is posted comes back as events, is in the state then and now, and in the log", async (t) => {
  const { client } = await greetingHost(t);
  const first = await client.post({ ...greet, id: "g-1", expected_sequence: 0 });
  t.like(first, { status: "done", command: { id: "g-1" }, events: [{ event_type: "Greeted", sequence: 1 }] });
  t.is(first.events[0]?.payload.text, "Hello, Ada!");
  const told = await client.event({ entity: "greeting:1", event_type: "Greeted", payload: { text: "Hi", times: 7 } });
  t.like(told, { aggregate_type: "Greeting", sequence: 2, payload: { times: 7 } });
  t.like(await client.state("greeting:1"), { sequence: 2, state: { times: 7 } });
  t.like(await client.state("greeting:1", { at_sequence: 1 }), { sequence: 1, state: { times: 1 } });
  const texts: string[] = [];
  for await (const event of client.events({ aggregate_type: "Greeting" })) texts.push(event.payload.text);
  t.deepEqual(texts, ["Hello, Ada!", "Hi"]);
  const types = new Set<string>();
  for await (const event of client.events()) types.add(event.aggregate_type);
  t.deepEqual(types, new Set(["evento", "Greeting"]));
});

test.serial("a command whose answer is lost on the way is posted again, and happens once", async (t) => {
  const { client, proxy } = await greetingHost(t);
  proxy.plan(["lose-reply", "answer-503", "lose-reply"]);
  const { events } = await client.post(greet);
  t.is(events[0]?.payload.times, 1);
  t.is(proxy.seen.length, 4);
  proxy.plan(["lose-reply"]);
  t.is(
    (await client.event({ entity: "greeting:1", event_type: "Greeted", payload: { text: "Hi", times: 2 } })).sequence,
    2,
  );
  t.is((await client.state("greeting:1")).sequence, 2);
});

test.serial("a refusal comes at once, under the host's code and with its faults", async (t) => {
  const { client, proxy } = await greetingHost(t);
  const payload: { readonly name: string } = Object.assign({ name: "Ada" }, { nme: "Ada" });
  const error = await t.throwsAsync(client.post({ ...greet, payload }), { code: "PAYLOAD_INVALID" });
  t.like(error, { name: "EventoError", retryable: false, faults: [{ path: "payload.nme" }] });
  await t.throwsAsync(client.post({ ...greet, expected_sequence: 5 }), { code: "SEQUENCE_MISMATCH" });
  await t.throwsAsync(client.state("greeting:none"), { code: "AGGREGATE_UNKNOWN" });
  t.is(proxy.seen.length, 3);
});

test.serial("a host that does not answer within the deadline is told of as an error to be tried again", async (t) => {
  const silent = createServer((socket) => socket.resume()).listen(0, "127.0.0.1");
  t.teardown(() => silent.close());
  await once(silent, "listening");
  const address = silent.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const client = clientOf({ url: `http://127.0.0.1:${port}`, deadlineMs: 300 });
  const late = await t.throwsAsync(client.post(greet), { code: "DEADLINE_PASSED" });
  t.like(late, { retryable: true });
  silent.close();
  const gone = clientOf({ url: "http://127.0.0.1:1", deadlineMs: 300 });
  t.like(await t.throwsAsync(gone.state("greeting:1")), {
    code: "DEADLINE_PASSED",
    cause: { code: "HOST_UNREACHABLE" },
  });
});

test.serial("a caller who gives up ends the call with his own reason", async (t) => {
  const client = clientOf({ url: "http://127.0.0.1:1" });
  const reason = new Error("no longer wanted");
  await t.throwsAsync(client.post(greet, { signal: AbortSignal.abort(reason) }), { is: reason });
  const { client: live } = await greetingHost(t);
  const giveUp = new AbortController();
  await live.post(greet);
  await t.throwsAsync(
    async () => {
      for await (const event of live.events({ follow: true, aggregate_type: "Greeting", signal: giveUp.signal }))
        if (event.sequence === 1) giveUp.abort(reason);
    },
    { is: reason },
  );
});

test.serial("following goes on over a host that dies, with each event once", async (t) => {
  t.timeout(60_000);
  const { host } = await greetingHost(t);
  const client = clientOf({ url: host.url });
  await client.post(greet);
  const times: number[] = [];
  for await (const event of client.events({ follow: true, aggregate_type: "Greeting" })) {
    times.push(event.payload.times);
    if (times.length === 3) break;
    if (times.length === 1) await host.restart("SIGKILL");
    await client.post(greet);
  }
  t.deepEqual(times, [1, 2, 3]);
});

test.serial("the types of a host's schemas are those of the files that it was given", async (t) => {
  const { host } = await greetingHost(t);
  const directory = await mkdtemp(join(tmpdir(), "evento-codegen-"));
  t.teardown(() => rm(directory, { recursive: true }));
  const [one, other] = [join(directory, "host.ts"), join(directory, "files.ts")];
  const schemas = fileURLToPath(new URL("../../schemas/greeting", import.meta.url));
  t.like(await runEvento(["codegen", "--from", host.url, "--out", one]), { code: 0, stderr: "" });
  t.like(await runEvento(["codegen", "--schemas", schemas, "--out", other]), { code: 0, stderr: "" });
  t.is(await readFile(one, "utf8"), await readFile(other, "utf8"));
  t.regex(await readFile(one, "utf8"), /readonly entities: "greeting";/);
});

type Bench = { readonly host: HostHarness; readonly proxy: FaultyHttp; readonly client: EventoClient<Aggregates> };

/** A host with the greeting, and a client that reaches it through a proxy. */
async function greetingHost(t: ExecutionContext): Promise<Bench> {
  // The same after a restart: the proxy knows no other.
  const listen = `127.0.0.1:${await freePort()}`;
  const host = await HostHarness.start(t, { environment: { EVENTO_LISTEN: listen } });
  t.is(await deploy(host.url, "greeting", await (component ??= greetingComponent())), 201);
  const proxy = await startFaultyHttp(Number(new URL(host.url).port));
  t.teardown(() => proxy.close());
  return { host, proxy, client: clientOf({ url: proxy.url }) };
}

function clientOf(options: EventoClientOptions): EventoClient<Aggregates> {
  return new EventoClient<Aggregates>(options);
}
