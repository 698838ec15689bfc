// The hidden entry of a component: takes envelopes apart, calls the author's functions, puts answers together. Made from the
// schema and from what the author exports, so that a missing or misspelt function is said in the author's words.
import type { AggregateSchema } from "../host/schemas/aggregate-schema.ts";
import { faultAt, type AuthorFunction } from "./author-functions.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { Manifest } from "./manifest.ts";
import { textLiteral } from "./text-literal.ts";

export type AuthorFile = { readonly file: string; readonly functions: readonly AuthorFunction[] };

/** What an author wrote: whichever of the files is there. */
export type AuthorFiles = {
  readonly handler?: AuthorFile;
  readonly aggregator?: AuthorFile;
  readonly dispatcher?: AuthorFile;
};

export type Entry = { readonly text: string; readonly diagnostics: readonly Diagnostic[] };

/** What the author has to export for one command or event. */
type Wanted = {
  readonly name: string;
  /** Name of the record. */
  readonly type: string;
  readonly parameters: readonly string[];
  /** Parameters that may be left out. */
  readonly optional: readonly string[];
  readonly returns: string;
};

/** Module of a schema's classes under `generated/`. */
export function moduleNameOf(aggregate: string): string {
  return aggregate.replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase();
}

const imports = [
  "// Generated: the entry of the component. Not to be edited.",
  'import { Command, Commands, Event, Events, fail } from "evento";',
  'import { Reader, Writer } from "evento/avro";',
  "import {",
  "  abort as evento_abort,",
  "  allocate,",
  "  answerCommands,",
  "  answerEvents,",
  "  answerFailure,",
  "  answerText,",
  "  answerWriter,",
  "  freeAnswer,",
  "  freeArgument,",
  "  freeText,",
  '} from "evento/abi";',
];

const common = [
  "export function evento__abort(message: string | null, file: string | null, line: u32, column: u32): void {",
  "  evento_abort(message, file, line, column);",
  "}",
  "export function cabi_realloc(old: usize, oldSize: usize, align: usize, size: usize): usize {",
  "  return allocate(old, oldSize, align, size);",
  "}",
  "export function describe(): usize {",
  "  return answerText(DESCRIPTION);",
  "}",
  "export function cabi_post_describe(answer: usize): void {",
  "  freeText(answer);",
  "}",
];

/** The entry of a handler, an aggregator, or both. */
export function aggregateEntryOf(schema: AggregateSchema, files: AuthorFiles): Entry {
  const diagnostics: Diagnostic[] = [];
  const module = moduleNameOf(schema.name);
  const root = schema.root.name;
  const description = JSON.stringify({ aggregate: schema.name, schema: JSON.parse(schema.text) });
  const lines = [
    ...imports,
    `import * as types from "./${module}";`,
    `const DESCRIPTION: string = ${textLiteral(description)};`,
    ...common,
  ];
  if (files.handler !== undefined) {
    const wanted = [...schema.commands.keys()].map((type): Wanted => ({
      name: camel(type),
      type,
      parameters: [type, `${root} | null`],
      optional: ["Command"],
      returns: "Events",
    }));
    const found = match(wanted, files.handler, "command", diagnostics);
    lines.push('import * as handler from "../handler";', ...handle(root, found));
  }
  if (files.aggregator !== undefined) {
    const wanted = [...schema.events.keys()].map((type): Wanted => ({
      name: camel(type),
      type,
      parameters: [`${root} | null`, type],
      optional: ["Event"],
      returns: root,
    }));
    const found = match(wanted, files.aggregator, "event", diagnostics);
    lines.push('import * as aggregator from "../aggregator";', ...aggregate(root, found));
  }
  return { text: `${lines.join("\n")}\n`, diagnostics };
}

/** The entry of a dispatcher. */
export function dispatcherEntryOf(manifest: Extract<Manifest, { kind: "dispatcher" }>, file: AuthorFile): Entry {
  const diagnostics: Diagnostic[] = [];
  const { events, schemas } = manifest;
  const description = JSON.stringify({ events, schemas: schemas.map((schema) => JSON.parse(schema.text)) });
  const named = events
    .filter((name) => name !== "*")
    .map((name) => {
      const [aggregate = "", event = ""] = name.split(".");
      return { aggregate, event };
    });
  const wanted = named.map(({ aggregate, event }) => {
    const shared = named.filter((other) => other.event === event).length > 1;
    return {
      aggregate,
      name: shared ? camel(aggregate) + event : camel(event),
      type: event,
      parameters: [event],
      optional: ["Event", "Array<string>"],
      returns: "Commands",
    };
  });
  if (events.includes("*"))
    wanted.push({
      aggregate: "",
      name: "anyEvent",
      type: "",
      parameters: ["Event"],
      optional: ["Array<string>"],
      returns: "Commands",
    });
  for (const { aggregate, event } of named)
    if (schemas.find((schema) => schema.name === aggregate)?.events.has(event) !== true)
      diagnostics.push({
        file: "evento.json",
        line: 0,
        column: 0,
        message: `names the event ${aggregate}.${event}, which none of its schemas has`,
      });
  const found = match(wanted, file, "event", diagnostics);
  const lines = [
    ...imports,
    ...schemas.map((schema) => `import * as ${schema.name} from "./${moduleNameOf(schema.name)}";`),
    'import * as dispatcher from "../dispatcher";',
    `const DESCRIPTION: string = ${textLiteral(description)};`,
    ...common,
    ...dispatch(wanted.map((one, index) => ({ ...one, extra: found[index]?.extra ?? 0 }))),
  ];
  return { text: `${lines.join("\n")}\n`, diagnostics };
}

type Found = {
  readonly name: string;
  readonly type: string;
  /** Optional parameters that the author takes. */ readonly extra: number;
};

/** Holds what the author exports against what is wanted. */
function match(
  wanted: readonly Wanted[],
  { file, functions }: AuthorFile,
  kind: "command" | "event",
  diagnostics: Diagnostic[],
): Found[] {
  const names = new Set(wanted.map(({ name }) => name));
  for (const extra of functions.filter(({ name }) => !names.has(name)))
    diagnostics.push(
      faultAt(
        file,
        extra,
        `exports ${extra.name}, which is no ${kind} of the schema; expected ${[...names].join(", ")}. Leave out \`export\` if it is only a helper`,
      ),
    );
  return wanted.map((one) => {
    const given = functions.find(({ name }) => name === one.name);
    if (given === undefined) {
      diagnostics.push({
        file,
        line: 0,
        column: 0,
        message: `has no function for the ${kind} ${one.type || "*"}; expected \`${signatureOf(one)}\``,
      });
      return { name: one.name, type: one.type, extra: 0 };
    }
    check(one, given, file, diagnostics);
    return { name: one.name, type: one.type, extra: Math.max(0, given.parameters.length - one.parameters.length) };
  });
}

function check(wanted: Wanted, given: AuthorFunction, file: string, diagnostics: Diagnostic[]): void {
  const types = [...wanted.parameters, ...wanted.optional];
  const least = wanted.parameters.length;
  const fits =
    given.parameters.length >= least &&
    given.parameters.length <= types.length &&
    given.parameters.every(({ type }, index) => sameType(type, types[index] ?? "")) &&
    sameType(given.returns, wanted.returns);
  if (!fits)
    diagnostics.push(
      faultAt(
        file,
        given,
        `found \`${given.name}(${given.parameters.map(({ name, type }) => `${name}: ${type}`).join(", ")}): ${given.returns}\`, expected \`${signatureOf(wanted)}\``,
      ),
    );
}

/** Compares types as written. A qualified name (`checking.FundsSent`) stands for its last part; aliases of imports do not. */
function sameType(given: string, wanted: string): boolean {
  const plain = (type: string): string =>
    type
      .replaceAll(/\s/g, "")
      .replace(/^string\[\]$/, "Array<string>")
      .split("|")
      .toSorted()
      .join("|");
  const one = plain(given);
  const other = plain(wanted);
  return one === other || one.replaceAll(/[A-Za-z0-9_]+\./g, "") === other || one.endsWith(other);
}

function signatureOf({ name, parameters, optional, returns }: Wanted): string {
  const label = (type: string): string => camel(type.replace(" | null", "").replace("Array<string>", "referrers"));
  const required = parameters.map((type) => `${label(type)}: ${type}`);
  const more = optional.map((type) => `${type === "Array<string>" ? "referrers" : "context"}?: ${type}`);
  return `export function ${name}(${[...required, ...more].join(", ")}): ${returns}`;
}

function handle(root: string, found: readonly Found[]): string[] {
  return [
    "export function handle(commandAt: usize, commandLength: usize, has: i32, stateAt: usize, stateLength: usize): usize {",
    "  const command = Command.read(new Reader(commandAt, commandAt + commandLength));",
    `  const state: types.${root} | null = has ? types.${root}.read(new Reader(stateAt, stateAt + stateLength)) : null;`,
    "  const reader = command.payload;",
    "  const type = command.type;",
    "  let events: Events;",
    ...found.map(
      ({ name, type, extra }, index) =>
        `  ${index === 0 ? "" : "else "}if (type == "${type}") events = handler.${name}(types.${type}.read(reader), state${extra > 0 ? ", command" : ""});`,
    ),
    `  ${found.length > 0 ? "else " : ""}events = fail("no function handles " + type);`,
    "  const answer = answerEvents(events, command.entity);",
    "  freeArgument(commandAt, commandLength);",
    "  if (has) freeArgument(stateAt, stateLength);",
    "  return answer;",
    "}",
    "export function cabi_post_handle(answer: usize): void {",
    "  freeAnswer(answer);",
    "}",
  ];
}

function aggregate(root: string, found: readonly Found[]): string[] {
  return [
    "export function aggregate(has: i32, stateAt: usize, stateLength: usize, eventsAt: usize, eventsLength: usize): usize {",
    `  let state: types.${root} | null = has ? types.${root}.read(new Reader(stateAt, stateAt + stateLength)) : null;`,
    "  const events = new Reader(eventsAt, eventsAt + eventsLength);",
    "  for (let count = events.readBlock(); count != 0; count = events.readBlock()) {",
    "    while (count-- > 0) {",
    "      const event = Event.read(events);",
    "      const reader = event.payload;",
    "      const type = event.type;",
    ...found.map(
      ({ name, type, extra }, index) =>
        `      ${index === 0 ? "" : "else "}if (type == "${type}") state = aggregator.${name}(state, types.${type}.read(reader)${extra > 0 ? ", event" : ""});`,
    ),
    `      ${found.length > 0 ? "else " : ""}return answerFailure("no function aggregates " + type);`,
    "    }",
    "  }",
    '  if (state === null) return answerFailure("there is no event to aggregate");',
    "  const writer = new Writer();",
    "  state.write(writer);",
    "  const answer = answerWriter(writer);",
    "  if (has) freeArgument(stateAt, stateLength);",
    "  freeArgument(eventsAt, eventsLength);",
    "  return answer;",
    "}",
    "export function cabi_post_aggregate(answer: usize): void {",
    "  freeAnswer(answer);",
    "}",
  ];
}

function dispatch(found: readonly (Found & { aggregate: string })[]): string[] {
  const any = found.find(({ type }) => type === "");
  const calls = found
    .filter(({ type }) => type !== "")
    .map(({ aggregate: owner, name, type, extra }, index) => {
      const more = `${extra > 0 ? ", event" : ""}${extra > 1 ? ", referrers" : ""}`;
      return `  ${index === 0 ? "" : "else "}if (event.aggregateType == "${owner}" && event.type == "${type}") commands = dispatcher.${name}(${owner}.${type}.read(event.payload)${more});`;
    });
  return [
    "export function dispatch(eventAt: usize, eventLength: usize): usize {",
    "  const reader = new Reader(eventAt, eventAt + eventLength);",
    "  const event = Event.read(reader);",
    "  const referrers = new Array<string>();",
    "  for (let count = reader.readBlock(); count != 0; count = reader.readBlock())",
    "    while (count-- > 0) referrers.push(reader.readString());",
    "  let commands: Commands;",
    ...calls,
    `  ${calls.length > 0 ? "else " : ""}commands = ${any === undefined ? "Commands.none()" : `dispatcher.anyEvent(event${any.extra > 0 ? ", referrers" : ""})`};`,
    "  const answer = answerCommands(commands);",
    "  freeArgument(eventAt, eventLength);",
    "  return answer;",
    "}",
    "export function cabi_post_dispatch(answer: usize): void {",
    "  freeAnswer(answer);",
    "}",
  ];
}

function camel(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
