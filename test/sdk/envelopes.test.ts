import { readFileSync } from "node:fs";
import { join } from "node:path";

import test, { type ExecutionContext } from "ava";
import avro from "avsc";
import * as fc from "fast-check";

import { decodeCommandDrafts, decodeEventDrafts } from "../../host/domain/draft-codec.ts";
import { encodeCommand, encodeDispatchedEvent } from "../../host/domain/envelope-codec.ts";
import { isEntityId } from "../../host/domain/entity-id.ts";
import type { Command, Event } from "../../host/domain/envelope.ts";
import type { AggregateSchema } from "../../host/schemas/aggregate-schema.ts";
import { buildFunction } from "../../sdk-assemblyscript/build-function.ts";
import { CoreInstance } from "../../sdk-assemblyscript/core-instance.ts";
import { functionFolder, type Files } from "./function-folder.ts";

const contract = join(import.meta.dirname, "..", "..", "host", "domain", "envelopes.avsc");
const registry: { [name: string]: avro.Type } = {};
for (const node of JSON.parse(readFileSync(contract, "utf8")))
  avro.Type.forSchema(node, { registry, wrapUnions: false });
const eventDrafts = avro.Type.forSchema({ type: "array", items: "evento.EventDraft" }, { registry, wrapUnions: false });
const commandDrafts = avro.Type.forSchema(
  { type: "array", items: "evento.CommandDraft" },
  { registry, wrapUnions: false },
);

const texts = { name: "texts", type: { type: "array", items: "string" } };
const schema = [
  { type: "record", name: "Note", evento: "root", entity: "note", fields: [] },
  { type: "record", name: "Tell", evento: "command", fields: [texts] },
  { type: "record", name: "Told", evento: "event", fields: [texts] },
].map((node) => ({ namespace: "Note", ...node }));

const told = `[context.id, context.type, context.entity, context.aggregate, context.aggregateType, context.time.toString(),
  context.cause.kind, context.cause.id, context.rootCause, context.depth.toString()`;

const handler = `
  import { Command, Events, entityType } from "evento";
  import { Note, Tell, Told } from "./generated/note";
  export function tell(command: Tell, note: Note | null, context: Command): Events {
    const events = Events.of(new Told(${told}]));
    for (let index = 0; index < command.texts.length; index++)
      events.andAbout(command.texts[index], new Told([entityType(command.texts[index])]));
    return events;
  }`;

const dispatcher = `
  import { Commands, Event } from "evento";
  import { Tell, Told } from "./generated/note";
  export function told(event: Told, context: Event, referrers: Array<string>): Commands {
    const commands = Commands.to(context.entity, new Tell(${told}, context.sequence.toString(), context.position.toString()]));
    for (let index = 0; index < referrers.length; index++)
      commands.andTo(referrers[index], new Tell(event.texts)).notBefore(context.time + index);
    return commands;
  }`;

async function coreOf(t: ExecutionContext, files: Files): Promise<{ core: CoreInstance; note: AggregateSchema }> {
  const folder = await functionFolder(t, { "Note.avsc": schema, ...files });
  const built = await buildFunction(folder);
  if (built.kind !== "component") throw new Error("it is no component");
  const { manifest } = built;
  const note = manifest.kind === "aggregate" ? manifest.schema : manifest.schemas[0];
  if (note === undefined) throw new Error("it has no schema");
  return { core: new CoreInstance(built.core), note };
}

const text = fc.string({ unit: "binary", maxLength: 40 });
const whole = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const envelope = {
  id: text,
  entity: text,
  aggregate: text,
  aggregate_type: text,
  // avsc is not sure of numbers at the very end of what is exact.
  time: fc.integer({ min: -(2 ** 52), max: 2 ** 52 }),
  cause: fc.record({ kind: fc.constantFrom("external", "command", "event"), id: text }),
  root_cause: text,
  depth: whole,
};

function toldOf(one: Omit<Command, "command_type" | "payload">, type: string): readonly string[] {
  const { id, entity, aggregate, aggregate_type: aggregateType, time, cause, root_cause: rootCause, depth } = one;
  return [id, type, entity, aggregate, aggregateType, String(time), cause.kind, cause.id, rootCause, String(depth)];
}

test("a handler sees every part of a command's envelope, and answers the bytes that avsc writes", async (t) => {
  const { core, note } = await coreOf(t, {
    "evento.json": { name: "notes", schema: "Note.avsc" },
    "handler.ts": handler,
  });
  const tell = note.commands.get("Tell");
  const codec = note.events.get("Told");
  if (tell === undefined || codec === undefined) return t.fail("the schema has lost a type");
  fc.assert(
    fc.property(fc.record(envelope), fc.array(text, { maxLength: 3 }), (one, entities) => {
      const command = { ...one, command_type: "Tell", payload: tell.fromJson({ texts: entities }) };
      const answer = core.handle(encodeCommand(command), null);
      if (answer.kind !== "ok") throw new Error(answer.reason);
      const drafts = decodeEventDrafts(answer.bytes, 10);
      t.deepEqual(codec.toJson(drafts[0]?.payload ?? new Uint8Array(0)), { texts: toldOf(one, "Tell") });
      t.deepEqual(
        drafts.map(({ entity }) => entity),
        [one.entity, ...entities.map((entity) => entity || one.entity)],
      );
      const plain = drafts.map((draft) => ({ ...draft, payload: Buffer.from(draft.payload) }));
      t.deepEqual(Buffer.from(answer.bytes), eventDrafts.toBuffer(plain));
    }),
    { numRuns: 300 },
  );
});

test("a dispatcher sees every part of an event's envelope and its referrers, and answers the bytes that avsc writes", async (t) => {
  const { core, note } = await coreOf(t, {
    "evento.json": { name: "notes", events: ["Note.Told"], schemas: ["Note.avsc"] },
    "dispatcher.ts": dispatcher,
  });
  const codec = note.events.get("Told");
  const tell = note.commands.get("Tell");
  if (tell === undefined || codec === undefined) return t.fail("the schema has lost a type");
  const events = fc.record({ ...envelope, aggregate_type: fc.constant("Note"), sequence: whole, position: whole });
  fc.assert(
    fc.property(events, fc.array(text, { maxLength: 5 }), (one, referrers) => {
      const event: Event = { ...one, event_type: "Told", payload: codec.fromJson({ texts: ["é"] }) };
      const answer = core.dispatch(encodeDispatchedEvent(event, referrers));
      if (answer.kind !== "ok") throw new Error(answer.reason);
      const drafts = decodeCommandDrafts(answer.bytes, 10);
      t.deepEqual(tell.toJson(drafts[0]?.payload ?? new Uint8Array(0)), {
        texts: [...toldOf(one, "Told"), String(one.sequence), String(one.position)],
      });
      t.deepEqual(
        drafts.map(({ entity, not_before }) => [entity, not_before]),
        [[one.entity, null], ...referrers.map((referrer, index) => [referrer, event.time + index])],
      );
      const plain = drafts.map((draft) => ({ ...draft, payload: Buffer.from(draft.payload) }));
      t.deepEqual(Buffer.from(answer.bytes), commandDrafts.toBuffer(plain));
    }),
    { numRuns: 300 },
  );
});

test("a function knows what is an entity id as the host does", async (t) => {
  const { core, note } = await coreOf(t, {
    "evento.json": { name: "notes", schema: "Note.avsc" },
    "handler.ts": handler,
  });
  const tell = note.commands.get("Tell");
  const codec = note.events.get("Told");
  if (tell === undefined || codec === undefined) return t.fail("the schema has lost a type");
  const typeOf = (entity: string): unknown => {
    const command = {
      id: "call",
      command_type: "Tell",
      entity: "note:1",
      aggregate: "note:1",
      aggregate_type: "Note",
      time: 0,
      cause: { kind: "external", id: "call" } as const,
      root_cause: "call",
      depth: 0,
      payload: tell.fromJson({ texts: [entity] }),
    };
    const answer = core.handle(encodeCommand(command), null);
    if (answer.kind !== "ok") throw new Error(answer.reason);
    return codec.toJson(decodeEventDrafts(answer.bytes, 10)[1]?.payload ?? new Uint8Array(0));
  };
  const near = fc.string({
    unit: fc.constantFrom("a", "Z", "0", ":", ".", "~", "-", "_", "é", "/", " "),
    maxLength: 8,
  });
  const made = fc.tuple(near, near).map(([type, id]) => `a${type}:${id}`);
  const long = fc.integer({ min: 120, max: 135 }).map((length) => `a:${"x".repeat(length)}`);
  const longType = fc.integer({ min: 60, max: 66 }).map((length) => `${"x".repeat(length)}:1`);
  fc.assert(
    fc.property(
      fc.oneof(near, made, long, longType, fc.constantFrom("a:.", "a:..", "a:...", "", ":", "A:1")),
      (entity) => {
        t.deepEqual(typeOf(entity), { texts: [isEntityId(entity) ? entity.slice(0, entity.indexOf(":")) : ""] });
      },
    ),
    { numRuns: 1_000 },
  );
});
