// A small domain for tests of the engine: boxes that count, hold items, point at other boxes, and fail when told to.
import avro from "avsc";

import { readFileSync } from "node:fs";

import type { PlainFunction } from "../../host/functions/memory-functions.ts";
import { parseAggregateSchema, type AggregateSchema } from "../../host/schemas/aggregate-schema.ts";

function record(name: string, mark: string | undefined, fields: readonly object[], more: object = {}): object {
  return { type: "record", name, namespace: "Box", ...(mark === undefined ? {} : { evento: mark }), ...more, fields };
}

const text = (name: string) => ({ name, type: "string" });
const int = (name: string) => ({ name, type: "int" });

export const boxSchemaJson: readonly object[] = [
  record(
    "Box",
    "root",
    [
      int("count"),
      { name: "items", type: { type: "map", values: "int" } },
      { name: "points_at", type: { type: "array", items: "string" }, references: "Box" },
    ],
    { entity: "box" },
  ),
  record("Item", "entity", [], { entity: "item" }),
  record("Add", "command", [int("n")]),
  record("Added", "event", [int("n")]),
  record("AddItem", "command", [text("item")]),
  record("ItemAdded", "event", []),
  record("TouchItem", "command", []),
  record("ItemTouched", "event", []),
  record("PointAt", "command", [text("box")]),
  record("PointedAt", "event", [text("box")]),
  /** What the handler is to do wrong: see `handle`. */
  record("Misbehave", "command", [text("how")]),
];

const boxSchema: AggregateSchema = parseAggregateSchema(boxSchemaJson);

type State = { count: number; items: { [item: string]: number }; points_at: string[] };
type Payload = { readonly [field: string]: unknown };
type Draft = { readonly entity: string; readonly payload: Payload };
type EventDraft = Draft & { readonly event_type: string };
type CommandDraft = Draft & { readonly command_type: string; readonly not_before?: number };
type Envelope = { readonly entity: string; readonly depth: number; readonly payload: Buffer };
type Event = Envelope & { readonly event_type: string };
type Command = Envelope & { readonly command_type: string };

const registry: { [name: string]: avro.Type } = {};
for (const schema of JSON.parse(readFileSync(new URL("../../host/domain/envelopes.avsc", import.meta.url), "utf8")))
  avro.Type.forSchema(schema, { registry, wrapUnions: false });
const typeOf = (schema: avro.Schema): avro.Type => avro.Type.forSchema(schema, { registry, wrapUnions: false });
const commandType = typeOf("evento.Command");
const eventsType = typeOf({ type: "array", items: "evento.Event" });
const dispatchedType = typeOf("evento.DispatchedEvent");
const eventDraftsType = typeOf({ type: "array", items: "evento.EventDraft" });
const commandDraftsType = typeOf({ type: "array", items: "evento.CommandDraft" });

const read = (type: avro.Type, bytes: Uint8Array) => type.fromBuffer(Buffer.from(bytes));

function codec(codecs: AggregateSchema["events"], name: string) {
  const found = codecs.get(name);
  if (found === undefined) throw new Error(`no type ${name}`);
  return found;
}

export type BoxOptions = {
  /** What `Misbehave` with `how: "fail"` does; the default fails. */
  readonly mended?: boolean;
  /** What is added for every `n`. */
  readonly factor?: number;
  readonly schema?: readonly object[];
  readonly kinds?: PlainFunction["kinds"];
  /** Called with every command that the handler gets. */
  readonly onHandle?: (command: Command, state: State | null) => void;
};

/** Handler and aggregator of boxes. */
export function boxes({
  mended = false,
  factor = 1,
  schema = boxSchemaJson,
  kinds = ["handler", "aggregator"],
  onHandle,
}: BoxOptions = {}): PlainFunction {
  const own = parseAggregateSchema(schema);
  const handle = (command: Command, state: State | null): readonly EventDraft[] => {
    const payload = codec(own.commands, command.command_type).toJson(command.payload) as Payload;
    const about = (event_type: string, given: Payload = {}, entity = command.entity): readonly EventDraft[] => [
      { entity, event_type, payload: given },
    ];
    onHandle?.(command, state);
    switch (command.command_type) {
      case "Add":
        return about("Added", { n: payload["n"] });
      case "AddItem":
        return about("ItemAdded", {}, String(payload["item"]));
      case "TouchItem":
        return about("ItemTouched");
      case "PointAt":
        return about("PointedAt", { box: payload["box"] });
      case "Misbehave":
        if (mended) return about("Added", { n: 1 });
        switch (payload["how"]) {
          case "nothing":
            return [];
          case "stranger":
            return about("Added", { n: 1 }, "box:stranger");
          case "unknown-type":
            return about("NoSuchEvent");
          case "unfoldable":
            return about("Added", { n: 666 });
          default:
            throw new Error("told to fail");
        }
      default:
        throw new Error(`unknown command ${command.command_type}`);
    }
  };
  const fold = (state: State | null, event: Event): State => {
    const before = state ?? { count: 0, items: {}, points_at: [] };
    const payload = codec(own.events, event.event_type).toJson(event.payload) as Payload;
    switch (event.event_type) {
      case "Added":
        if (payload["n"] === 666) throw new Error("can't fold 666");
        return { ...before, count: before.count + Number(payload["n"]) * factor };
      case "ItemAdded":
        return { ...before, items: { ...before.items, [event.entity]: 0 } };
      case "ItemTouched":
        return { ...before, items: { ...before.items, [event.entity]: (before.items[event.entity] ?? 0) + 1 } };
      default:
        return { ...before, points_at: [String(payload["box"])] };
    }
  };
  return {
    kinds,
    description: { aggregate: "Box", schema },
    handle: (command, state) =>
      eventDraftsType.toBuffer(
        handle(read(commandType, command), state === null ? null : (own.root.toJson(state) as State)).map((draft) => ({
          ...draft,
          payload: own.events.has(draft.event_type)
            ? Buffer.from(codec(own.events, draft.event_type).fromJson(draft.payload))
            : Buffer.alloc(0),
        })),
      ),
    aggregate: (state, events) =>
      own.root.fromJson(
        (read(eventsType, events) as Event[]).reduce(fold, state === null ? null : (own.root.toJson(state) as State)),
      ),
  };
}

/** A dispatcher over boxes. */
export function boxDispatcher(
  events: readonly string[],
  dispatch: (
    event: { readonly entity: string; readonly event_type: string; readonly depth: number; readonly payload: Payload },
    referrers: readonly string[],
  ) => readonly CommandDraft[],
): PlainFunction {
  return {
    kinds: ["dispatcher"],
    description: { events, schemas: [boxSchemaJson] },
    dispatch: (bytes) => {
      const { event, referrers } = read(dispatchedType, bytes);
      const payload = boxSchema.events.has(event.event_type)
        ? (codec(boxSchema.events, event.event_type).toJson(event.payload) as Payload)
        : {};
      return commandDraftsType.toBuffer(
        dispatch({ ...event, payload }, referrers).map((draft) => ({
          not_before: null,
          ...draft,
          payload: Buffer.from(codec(boxSchema.commands, draft.command_type).fromJson(draft.payload)),
        })),
      );
    },
  };
}
