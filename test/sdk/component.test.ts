import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { transpileBytes } from "@bytecodealliance/jco-transpile";
import test, { type ExecutionContext } from "ava";

import { decodeCommandDrafts, decodeEventDrafts } from "../../host/domain/draft-codec.ts";
import { encodeCommand, encodeDispatchedEvent, encodeEvents } from "../../host/domain/envelope-codec.ts";
import type { Command, Event } from "../../host/domain/envelope.ts";
import { buildFunction } from "../../sdk-assemblyscript/build-function.ts";
import { functionFolders } from "../../sdk-assemblyscript/function-folders.ts";

const functions = join(import.meta.dirname, "..", "..", "functions");
const greetingFolder = join(functions, "greeting");

type Built = Extract<Awaited<ReturnType<typeof buildFunction>>, { kind: "component" }>;

async function built(directory: string): Promise<Built> {
  const result = await buildFunction(directory);
  if (result.kind !== "component") throw new Error(`${directory} is no component`);
  return result;
}

type Outcome = { readonly tag: "ok"; readonly val: Uint8Array } | { readonly tag: "failed"; readonly val: string };
type Component = {
  readonly describe: () => string;
  readonly handle?: (command: Uint8Array, aggregate: Uint8Array | undefined) => Outcome;
  readonly aggregate?: (aggregate: Uint8Array | undefined, events: Uint8Array) => Outcome;
  readonly dispatch?: (event: Uint8Array) => Outcome;
};
type Glue = {
  readonly instantiate: (core: (file: string) => WebAssembly.Module, imports: unknown) => Component;
};

/** Runs a component as a host does: through the glue that jco makes of it. */
async function running(t: ExecutionContext, component: Uint8Array): Promise<{ component: Component; log: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), "evento-component-"));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const { files, imports } = await transpileBytes(component, {
    name: "glue",
    instantiation: "sync",
    wasiShim: false,
    emitTypescriptDeclarations: false,
    base64Cutoff: 0,
  });
  t.deepEqual(imports, ["evento:functions/host"]);
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
  // The glue of jco has this shape in its synchronous mode.
  const glue: Glue = await import(pathToFileURL(join(folder, "glue.js")).href);
  const log: string[] = [];
  const host = { log: (level: string, message: string) => log.push(`${level} ${message}`) };
  const module = (file: string): WebAssembly.Module => {
    const bytes = files[file];
    if (bytes === undefined) throw new Error(`the glue asks for ${file}`);
    return new WebAssembly.Module(Uint8Array.from(bytes));
  };
  return { component: glue.instantiate(module, { "evento:functions/host": host }), log };
}

function okBytes(outcome: Outcome | undefined): Uint8Array {
  if (outcome?.tag !== "ok") throw new Error(`found ${outcome?.val}, expected an answer`);
  return outcome.val;
}

const cause = { kind: "external", id: "call" } as const;
const envelope = { root_cause: "call", depth: 0, time: 0, cause };

test("the greeting is a component that describes itself, decides and folds", async (t) => {
  const { component: bytes, manifest } = await built(greetingFolder);
  if (manifest.kind !== "aggregate") return t.fail("the greeting is no aggregate");
  const { schema } = manifest;
  const { component } = await running(t, bytes);
  t.deepEqual(JSON.parse(component.describe()), { aggregate: "Greeting", schema: JSON.parse(schema.text) });

  const greet = (name: string): Command => ({
    ...envelope,
    id: "call",
    command_type: "Greet",
    entity: "greeting:1",
    aggregate: "greeting:1",
    aggregate_type: "Greeting",
    payload: schema.commands.get("Greet")?.fromJson({ name }) ?? new Uint8Array(0),
  });
  let state: Uint8Array | undefined;
  for (let times = 1; times <= 200; times++) {
    const drafts = decodeEventDrafts(okBytes(component.handle?.(encodeCommand(greet("Ada")), state)), 10);
    const events = drafts.map((draft): Event => ({
      ...envelope,
      ...draft,
      id: `event-${times}`,
      aggregate: "greeting:1",
      aggregate_type: "Greeting",
      sequence: times,
      position: 0,
    }));
    state = okBytes(component.aggregate?.(state, encodeEvents(events)));
    t.deepEqual(schema.root.toJson(state), { times });
  }
});

test("every function of the examples is a component that a host's tools take", async (t) => {
  const names: string[] = [];
  for (const directory of await functionFolders(functions)) {
    const result = await buildFunction(directory);
    if (result.kind !== "component") continue;
    const { component } = await running(t, result.component);
    t.true(component.describe().startsWith("{"));
    t.is(component.dispatch === undefined, result.manifest.kind !== "dispatcher", result.name);
    names.push(result.name);
  }
  for (const name of ["greeting", "checking-account", "credit-account", "transfers", "client-moves", "atm-totals"])
    t.true(names.includes(name), name);
});

test("a dispatcher answers in a component what it answers in a test", async (t) => {
  const { component: bytes, manifest } = await built(join(functions, "banking", "transfers"));
  if (manifest.kind !== "dispatcher") return t.fail("transfers is no dispatcher");
  const schema = manifest.schemas.find(({ name }) => name === "CheckingAccount");
  const payload = schema?.events.get("FundsSent")?.fromJson({ amount: "20.00", to: "checking:2", balance: "0.00" });
  if (payload === undefined) return t.fail("the bank has changed");
  const { component } = await running(t, bytes);
  const event: Event = {
    ...envelope,
    id: "event-1",
    event_type: "FundsSent",
    entity: "checking:1",
    aggregate: "checking:1",
    aggregate_type: "CheckingAccount",
    sequence: 1,
    position: 1,
    payload,
  };
  const [command] = decodeCommandDrafts(okBytes(component.dispatch?.(encodeDispatchedEvent(event, []))), 10);
  t.like(command, { entity: "checking:2", command_type: "ReceiveDeposit", not_before: null });
});

test("what a function throws is logged with its place, and traps", async (t) => {
  const { component: bytes } = await built(greetingFolder);
  const { component, log } = await running(t, bytes);
  t.throws(() => component.handle?.(Uint8Array.of(200), undefined), { instanceOf: WebAssembly.RuntimeError });
  t.regex(log.join("\n"), /^error avro: .* \(~lib\/evento\/avro\.ts:\d+:\d+\)$/);
});
