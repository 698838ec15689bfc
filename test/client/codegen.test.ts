import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import test, { type ExecutionContext } from "ava";
import { sample } from "fast-check";

import { codegenText } from "../../host/cli/codegen-text.ts";
import { parseAggregateSchema, type AggregateSchema } from "../../host/schemas/aggregate-schema.ts";
import { runEvento } from "../cli/evento-run.ts";
import { codecIn, eventNode, sampleSchema, type Node } from "../schemas/sample-schema.ts";
import { logicalScalars, plainScalars, schemaCases } from "../schemas/schema-arbitrary.ts";
import { clientPath, typeFaults } from "./typed-program.ts";

const schemas = fileURLToPath(new URL("../../schemas", import.meta.url));
const caseCount = 60;
const valuesPerCase = 5;

test("what the host takes and gives fits the types, whatever the schema and the value", async (t) => {
  t.timeout(120_000);
  const cases = sample(schemaCases([...plainScalars, ...logicalScalars]), { numRuns: caseCount, seed: 20_261 });
  const files: { [name: string]: string } = {};
  for (const [index, { fields, values }] of cases.entries()) {
    const schema = sampleSchema(eventNode(fields));
    const codec = codecIn(schema);
    files[`types-${index}.ts`] = codegenText([schema]);
    const lines = sample(values, { numRuns: valuesPerCase, seed: index })
      // TypeScript takes the type of a literal under this key from Object's own, whatever the index signature says.
      .filter((value) => !JSON.stringify(value).includes('"constructor"'))
      .map((value) => codec.toJson(codec.fromJson(value)))
      .flatMap((value, at) => [
        `export const event${at}: Aggregates["Sample"]["events"]["Happened"] = ${JSON.stringify(value)};`,
        `export const draft${at}: Aggregates["Sample"]["event_drafts"]["Happened"] = ${JSON.stringify(value)};`,
      ]);
    files[`values-${index}.ts`] = [`import type { Aggregates } from "./types-${index}.ts";`, ...lines].join("\n");
  }
  t.is(await typeFaults(t, files), "");
});

test("a program that posts and reads what the schemas say compiles, and each mistake in it is found", async (t) => {
  const types = await typesOf(t, schemas);
  const program = `
import { EventoClient } from ${JSON.stringify(clientPath)};
import type { Aggregates, CheckingAccount } from "./types.ts";

const client = new EventoClient<Aggregates>({ url: "http://127.0.0.1:8080" });
const opening: CheckingAccount.OpenAccount = { client: "client:1", overdraft_limit: "5.00", opened: "2026-01-01" };
const number = 7;
const opened = await client.post({ entity: \`checking:\${number}\`, command_type: "OpenAccount", payload: opening });
for (const event of opened.events) {
  const aggregate: "CheckingAccount" = event.aggregate_type;
  if (event.event_type === "AccountOpened") console.log(aggregate, event.payload.overdraft_limit.length, event.position + 1);
  // @ts-expect-error - a card is told of elsewhere
  if (event.event_type === "CashDispensed") console.log(event);
}
const { state, sequence } = await client.state("checking:1", { at_sequence: 3 });
if (state.status === "OPEN") console.log(state.balance.length, sequence + 1);
// @ts-expect-error - no such symbol
if (state.status === "OPENED") console.log(state);
// @ts-expect-error - it may be null
console.log(state.client.length);
for await (const event of client.events({ aggregate_type: "Greeting", follow: true })) console.log(event.payload.times + 1);
for await (const event of client.events()) {
  if (event.aggregate_type === "Atm") console.log(event.payload.amount.length);
  if (event.aggregate_type === "evento") console.log(event.event_type);
  // @ts-expect-error - only some have it
  console.log(event.payload.amount);
}
await client.event({ entity: "greeting:1", event_type: "Greeted", payload: { text: "Hello", times: 1 }, id: "g-1" });

// @ts-expect-error - no such entity type
await client.post({ entity: "chequing:1", command_type: "OpenAccount", payload: opening });
// @ts-expect-error - no such command
await client.post({ entity: "checking:1", command_type: "OpenAcount", payload: opening });
// @ts-expect-error - a command of another aggregate
await client.post({ entity: "checking:1", command_type: "Greet", payload: { name: "Ada" } });
// @ts-expect-error - a payload of another command
await client.post({ entity: "greeting:1", command_type: "Greet", payload: opening });
// @ts-expect-error - a field is missing
await client.post({ entity: "greeting:1", command_type: "Greet", payload: {} });
// @ts-expect-error - a field is of another type
await client.post({ entity: "greeting:1", command_type: "Greet", payload: { name: 1 } });
// @ts-expect-error - there is no such field
await client.post({ entity: "greeting:1", command_type: "Greet", payload: { name: "Ada", nme: "Ada" } });
// @ts-expect-error - an event is no command
await client.post({ entity: "greeting:1", command_type: "Greeted", payload: { text: "Hello", times: 1 } });
// @ts-expect-error - an entity has a type
await client.state("1");
`;
  t.is(await typeFaults(t, { "types.ts": types, "program.ts": program }), "");
  const faulty = program.replaceAll(/^ *\/\/ @ts-expect-error.*$/gm, "");
  const faults = (await typeFaults(t, { "types.ts": types, "program.ts": faulty })).match(/^program\.ts\(\d+/gm) ?? [];
  t.is(new Set(faults).size, [...program.matchAll(/@ts-expect-error/g)].length);
});

test("what has a default may be left out of a draft, however deep, and is there when it is read", async (t) => {
  const money = {
    type: "record",
    name: "Money",
    fields: [
      { name: "amount", type: "long" },
      { name: "currency", type: "string", default: "EUR" },
    ],
  };
  const happened = eventNode([
    { name: "money", type: { type: "array", items: "Money" } },
    { name: "next", type: ["null", "Happened"], default: null },
  ]);
  const types = codegenText([sampleSchema(money, happened)]);
  const program = `
import type { Aggregates, Sample } from "./types.ts";
export const draft: Aggregates["Sample"]["event_drafts"]["Happened"] = { money: [{ amount: 1 }], next: { money: [] } };
export const value: Sample.Happened = { money: [{ amount: "9007199254740993", currency: "EUR" }], next: null };
// @ts-expect-error - the host writes what was left out
export const half: Sample.Happened = { money: [{ amount: 1 }], next: null };
// @ts-expect-error - it has no default
export const none: Sample.Drafts.Happened = { money: [{}] };
`;
  t.is(await typeFaults(t, { "types.ts": types, "program.ts": program }), "");
});

test("names that TypeScript keeps for itself, and one for all parts, make a file that compiles", async (t) => {
  const record = (name: string, fields: readonly Node[], evento?: string): Node => ({
    type: "record",
    name,
    fields,
    ...(evento === undefined ? {} : { evento }),
  });
  const text = { name: "class", type: "string", default: "" };
  const schema = (namespace: string): AggregateSchema => {
    const root = { ...record(namespace, [text], "root"), entity: namespace.toLowerCase() };
    const types = [
      record("delete", [text], "command"),
      record("any", [{ name: "it", type: ["null", "number", "Other"] }], "event"),
      record("number", [text]),
      record("number_", []),
      record("Other", [text]),
    ];
    return parseAggregateSchema([root, ...types].map((node) => ({ namespace, ...node })));
  };
  const types = codegenText(["Drafts", "Aggregates", "Object", "Readonly"].map(schema));
  const program = `
import type { Aggregates } from "./types.ts";
export const command: Aggregates["Drafts"]["commands"]["delete"] = {};
export const event: Aggregates["Object"]["events"]["any"] = { it: { "Object.number": { class: "" } } };
export const state: Aggregates["Readonly"]["state"] = { class: "" };
`;
  t.is(await typeFaults(t, { "types.ts": types, "program.ts": program }), "");
});

test("a folder without schemas, with two of one aggregate, or with a broken one is refused by name", async (t) => {
  const directory = await temporaryFolder(t);
  const codegen = async (): Promise<string> => {
    const { code, stderr } = await runEvento(["codegen", "--schemas", directory, "--out", join(directory, "out.ts")]);
    return `${code} ${stderr}`;
  };
  t.regex(await codegen(), /^2 error: found no schema in /);
  const greeting = await readFile(join(schemas, "greeting", "Greeting.avsc"), "utf8");
  for (const name of ["one", "other"]) await writeFile(join(directory, `${name}.avsc`), greeting);
  t.regex(await codegen(), /^2 error: found two schemas of Greeting/);
  await writeFile(join(directory, "other.avsc"), "[{]");
  t.regex(await codegen(), /^1 error: found \S+other\.avsc unreadable .*\(SCHEMA_INVALID\)/);
  t.regex((await runEvento(["codegen"])).stderr, /--out <file>/);
});

async function typesOf(t: ExecutionContext, from: string): Promise<string> {
  const out = join(await temporaryFolder(t), "made", "types.ts");
  const { code, stdout, stderr } = await runEvento(["codegen", "--schemas", from, "--out", out]);
  t.is(code, 0, stderr);
  t.true(stdout.includes("CheckingAccount"));
  return readFile(out, "utf8");
}

async function temporaryFolder(t: ExecutionContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "evento-codegen-"));
  t.teardown(() => rm(directory, { recursive: true }));
  return directory;
}
