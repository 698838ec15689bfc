// The hidden entry of a component: takes envelopes apart, calls the author's functions, puts answers together. Made from the
// schema and from what the author exports.
import type { AggregateSchema } from "../host/schemas/aggregate-schema.ts";
import type { AuthorFile } from "./author-functions.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { foundIn, functionNameOf, type Expected, type Found } from "./expected-functions.ts";
import type { Manifest } from "./manifest.ts";
import { textLiteral } from "./text-literal.ts";
import { TypeNames } from "./type-names.ts";

/** What an author wrote: whichever of the files is there. */
export type AuthorFiles = {
  readonly handler?: AuthorFile;
  readonly aggregator?: AuthorFile;
  readonly dispatcher?: AuthorFile;
};

export type Entry = { readonly text: string; readonly diagnostics: readonly Diagnostic[] };

/** A function for a record of this name, which has this class. */
type ExpectedOfRecord = Expected & { readonly type: string; readonly className: string };

/** And which is an event of this aggregate. */
type ExpectedOfEvent = ExpectedOfRecord & { readonly aggregate: string };

/** Module of a schema's classes under `generated/`. */
export function moduleNameOf(aggregate: string): string {
  return aggregate.replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase();
}

const imports = [
  "// Generated: the entry of the component. Not to be edited.",
  'import { Command, Commands, Event, Events, fail } from "evento";',
  'import { Reader } from "evento/avro";',
  "import {",
  "  abort as evento_abort,",
  "  allocate,",
  "  answerCommands,",
  "  answerEvents,",
  "  answerFailure,",
  "  answerRecord,",
  "  answerText,",
  "  collectIfDue,",
  "  freeAnswer,",
  "  freeArgument,",
  "  freeText,",
  "  spend,",
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
export function aggregateEntryOf(schema: AggregateSchema, { handler, aggregator }: AuthorFiles): Entry {
  const diagnostics: Diagnostic[] = [];
  const names = new TypeNames(schema.types.values());
  const root = names.classOf(schema.root.shape);
  const state = { name: "state", type: `${root} | null` };
  const description = JSON.stringify({ aggregate: schema.name, schema: JSON.parse(schema.text) });
  const lines = [
    ...imports,
    `import * as types from "./${moduleNameOf(schema.name)}";`,
    `const DESCRIPTION: string = ${textLiteral(description)};`,
    ...common,
  ];
  if (handler !== undefined) {
    const expected = [...schema.commands].map(([type, { shape }]): ExpectedOfRecord => {
      const className = names.classOf(shape);
      const parameters = [{ name: "command", type: className }, state];
      const optional = [{ name: "context", type: "Command" }];
      const purpose = `the command ${type}`;
      return { name: functionNameOf(type), purpose, type, className, parameters, optional, returns: "Events" };
    });
    const { found, faults } = foundIn(expected, handler, "command");
    diagnostics.push(...faults);
    lines.push('import * as handler from "../handler";', ...handle(root, found));
  }
  if (aggregator !== undefined) {
    const expected = [...schema.events].map(([type, { shape }]): ExpectedOfRecord => {
      const className = names.classOf(shape);
      const parameters = [state, { name: "event", type: className }];
      const optional = [{ name: "context", type: "Event" }];
      const purpose = `the event ${type}`;
      return { name: functionNameOf(type), purpose, type, className, parameters, optional, returns: root };
    });
    const { found, faults } = foundIn(expected, aggregator, "event");
    diagnostics.push(...faults);
    lines.push('import * as aggregator from "../aggregator";', ...aggregate(root, found));
  }
  return { text: `${lines.join("\n")}\n`, diagnostics };
}

/** The entry of a dispatcher. */
export function dispatcherEntryOf(manifest: Extract<Manifest, { kind: "dispatcher" }>, file: AuthorFile): Entry {
  const { schemas } = manifest;
  const description = JSON.stringify({
    events: manifest.events,
    schemas: schemas.map((schema) => JSON.parse(schema.text)),
  });
  const { events, faults } = eventsOf(manifest);
  const { found, faults: others } = foundIn(events, file, "event");
  const lines = [
    ...imports,
    ...schemas.map(({ name }) => `import * as types_${name} from "./${moduleNameOf(name)}";`),
    'import * as dispatcher from "../dispatcher";',
    `const DESCRIPTION: string = ${textLiteral(description)};`,
    ...common,
    ...dispatch(found),
  ];
  return { text: `${lines.join("\n")}\n`, diagnostics: [...faults, ...others] };
}

/** The functions for the events that a manifest names. Where two aggregates have an event of one name, its function bears both names. */
function eventsOf({ events, schemas }: Extract<Manifest, { kind: "dispatcher" }>): {
  readonly events: readonly ExpectedOfEvent[];
  readonly faults: readonly Diagnostic[];
} {
  const faults: Diagnostic[] = [];
  const context = { name: "context", type: "Event" };
  const referrers = { name: "referrers", type: "Array<string>" };
  const expected = events.flatMap((qualified): ExpectedOfEvent[] => {
    if (qualified === "*") return [];
    const [aggregate = "", type = ""] = qualified.split(".");
    const schema = schemas.find(({ name }) => name === aggregate);
    const codec = schema?.events.get(type);
    if (schema === undefined || codec === undefined) {
      const message = `names the event ${qualified}, which none of its schemas has`;
      faults.push({ file: "evento.json", line: 0, column: 0, message });
      return [];
    }
    const isShared = events.some((other) => other !== qualified && other.endsWith(`.${type}`));
    const className = new TypeNames(schema.types.values()).classOf(codec.shape);
    const parameters = [{ name: "event", type: className }];
    const name = functionNameOf(isShared ? aggregate + type : type);
    const purpose = `the event ${qualified}`;
    const optional = [context, referrers];
    return [{ name, purpose, type, aggregate, className, parameters, optional, returns: "Commands" }];
  });
  if (events.includes("*"))
    expected.push({
      name: "anyEvent",
      purpose: "any event",
      type: "",
      aggregate: "",
      className: "",
      parameters: [context],
      optional: [referrers],
      returns: "Commands",
    });
  return { events: expected, faults };
}

function handle(root: string, found: readonly Found<ExpectedOfRecord>[]): string[] {
  return [
    "export function handle(commandAt: usize, commandLength: usize, has: i32, stateAt: usize, stateLength: usize): usize {",
    "  const command = Command.read(new Reader(commandAt, commandAt + commandLength));",
    `  const state: types.${root} | null = has ? types.${root}.read(new Reader(stateAt, stateAt + stateLength)) : null;`,
    "  const reader = command.payload;",
    "  const type = command.type;",
    "  let events: Events;",
    ...found.map(
      ({ name, type, className, extra }, index) =>
        `  ${index === 0 ? "" : "else "}if (type == "${type}") events = handler.${name}(types.${className}.read(reader), state${extra > 0 ? ", command" : ""});`,
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

/**
 * A fold may be long, so memory is collected within it. The collector finds only what is in variables of the module: what has to
 * live from event to event is there, and nothing else is held while it runs.
 */
function aggregate(root: string, found: readonly Found<ExpectedOfRecord>[]): string[] {
  return [
    `let folded: types.${root} | null = null;`,
    "let unread: Reader = new Reader(0, 0);",
    "function fold(stateLength: usize): string | null {",
    "  for (let count = unread.readBlock(); count != 0; count = unread.readBlock()) {",
    "    while (count-- > 0) {",
    "      collectIfDue();",
    "      const before = unread.at;",
    "      const event = Event.read(unread);",
    "      const reader = event.payload;",
    "      const type = event.type;",
    ...found.map(
      ({ name, type, className, extra }, index) =>
        `      ${index === 0 ? "" : "else "}if (type == "${type}") folded = aggregator.${name}(folded, types.${className}.read(reader)${extra > 0 ? ", event" : ""});`,
    ),
    `      ${found.length > 0 ? "else " : ""}return "no function aggregates " + type;`,
    "      spend(stateLength + unread.at - before);",
    "    }",
    "  }",
    '  return folded === null ? "there is no event to aggregate" : null;',
    "}",
    "export function aggregate(has: i32, stateAt: usize, stateLength: usize, eventsAt: usize, eventsLength: usize): usize {",
    `  folded = has ? types.${root}.read(new Reader(stateAt, stateAt + stateLength)) : null;`,
    "  unread = new Reader(eventsAt, eventsAt + eventsLength);",
    "  const failure = fold(stateLength);",
    "  const state = folded;",
    "  folded = null;",
    "  const answer = failure === null ? answerRecord(state!) : answerFailure(failure);",
    "  if (has) freeArgument(stateAt, stateLength);",
    "  freeArgument(eventsAt, eventsLength);",
    "  return answer;",
    "}",
    "export function cabi_post_aggregate(answer: usize): void {",
    "  freeAnswer(answer);",
    "}",
  ];
}

function dispatch(found: readonly Found<ExpectedOfEvent>[]): string[] {
  const any = found.find(({ type }) => type === "");
  const calls = found
    .filter(({ type }) => type !== "")
    .map(({ aggregate: owner, name, type, className, extra }, index) => {
      const more = `${extra > 0 ? ", event" : ""}${extra > 1 ? ", referrers" : ""}`;
      return `  ${index === 0 ? "" : "else "}if (event.aggregateType == "${owner}" && event.type == "${type}") commands = dispatcher.${name}(types_${owner}.${className}.read(event.payload)${more});`;
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
