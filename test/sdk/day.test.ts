import test, { type ExecutionContext } from "ava";
import * as fc from "fast-check";

import { functionUnderTest } from "../../sdk-assemblyscript/testing.ts";
import { functionFolder } from "./function-folder.ts";

const types = [
  { type: "fixed", name: "Id", size: 16, logicalType: "uuid" },
  { type: "fixed", name: "Span", size: 12, logicalType: "duration" },
  { type: "record", name: "Root", evento: "root", entity: "sample", fields: [] },
  {
    type: "record",
    name: "Reckon",
    evento: "command",
    fields: [
      { name: "day", type: { type: "int", logicalType: "date" } },
      { name: "months", type: "int" },
    ],
  },
  { type: "record", name: "ReadDay", evento: "command", fields: [{ name: "text", type: "string" }] },
  { type: "record", name: "ReadTime", evento: "command", fields: [{ name: "text", type: "string" }] },
  { type: "record", name: "ReadId", evento: "command", fields: [{ name: "text", type: "string" }] },
  { type: "record", name: "ReadSpan", evento: "command", fields: [{ name: "span", type: "Span" }] },
  { type: "record", name: "Told", evento: "event", fields: [{ name: "text", type: "string" }] },
  {
    type: "record",
    name: "IdRead",
    evento: "event",
    fields: [
      { name: "id", type: "Id" },
      { name: "text", type: "string" },
    ],
  },
  { type: "record", name: "SpanRead", evento: "event", fields: [{ name: "span", type: "Span" }] },
];

const handler = `
  import { Command, Day, Events, Timestamp } from "evento";
  import { Id, IdRead, ReadDay, ReadId, ReadSpan, ReadTime, Reckon, Root, Span, SpanRead, Told } from "./generated/sample";

  export function reckon(command: Reckon, state: Root | null, context: Command): Events {
    const day = command.day;
    const parts = [Day.year(day), Day.month(day), Day.dayOfMonth(day), Day.dayOfWeek(day), Day.at(Day.start(day)), Day.at(Day.start(day) - 1)];
    return Events.of(
      new Told([Day.text(day), Day.text(Day.plusMonths(day, command.months)), Timestamp.text(context.time), parts.join(",")].join(" ")),
    );
  }
  export function readDay(command: ReadDay, state: Root | null): Events {
    return Events.of(new Told(Day.parse(command.text).toString()));
  }
  export function readTime(command: ReadTime, state: Root | null): Events {
    return Events.of(new Told(Timestamp.parse(command.text).toString()));
  }
  export function readId(command: ReadId, state: Root | null): Events {
    const id = Id.parse(command.text);
    return Events.of(new IdRead(id, id.toString()));
  }
  export function readSpan(command: ReadSpan, state: Root | null): Events {
    const span = command.span;
    return Events.of(new SpanRead(Span.of(span.months + 1, span.days + 2, span.milliseconds + 3)));
  }`;

async function reckonerOf(
  t: ExecutionContext,
): Promise<(command_type: string, payload: unknown, time?: number) => unknown> {
  const folder = await functionFolder(t, {
    "evento.json": { name: "reckoner", schema: "Sample.avsc" },
    "Sample.avsc": types.map((type) => ({ namespace: "Sample", ...type })),
    "handler.ts": handler,
  });
  const reckoner = await functionUnderTest(folder);
  return (command_type, payload, time = 0) => {
    const { events, failure } = reckoner.when({ command_type, payload, time });
    return failure ?? events[0]?.payload;
  };
}

const dayMs = 86_400_000;

test("days and moments are what JavaScript's calendar says", async (t) => {
  const reckon = await reckonerOf(t);
  const days = fc.integer({ min: Date.UTC(1, 0, 2) / dayMs, max: Date.UTC(9990, 0, 1) / dayMs });
  fc.assert(
    fc.property(days, fc.integer({ min: -11, max: 40 }), (day, months) => {
      const date = new Date(day * dayMs);
      const text = date.toISOString().slice(0, 10);
      const month = new Date(Date.UTC(2000, date.getUTCMonth() + months, 1));
      const year = date.getUTCFullYear() - 2000 + month.getUTCFullYear();
      const last = new Date(day * dayMs);
      last.setUTCFullYear(year, month.getUTCMonth() + 1, 0);
      const moved = new Date(last);
      moved.setUTCDate(Math.min(date.getUTCDate(), last.getUTCDate()));
      const parts = [
        date.getUTCFullYear(),
        date.getUTCMonth() + 1,
        date.getUTCDate(),
        date.getUTCDay() || 7,
        day,
        day - 1,
      ];
      const time = day * dayMs + 1;
      t.deepEqual(reckon("Reckon", { day: text, months }, time), {
        text: [text, moved.toISOString().slice(0, 10), new Date(time).toISOString(), parts.join(",")].join(" "),
      });
      t.deepEqual(reckon("ReadDay", { text }), { text: String(day) });
      t.deepEqual(reckon("ReadTime", { text: new Date(time).toISOString() }), { text: String(time) });
    }),
    { numRuns: 500 },
  );
});

test("a date or moment that does not exist is refused", async (t) => {
  const reckon = await reckonerOf(t);
  for (const text of ["2026-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "20260101", "2026-01-32", ""])
    t.regex(String(reckon("ReadDay", { text })), /^trapped: /, text);
  for (const text of [
    "2026-02-29T00:00:00Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01T00:60:00Z",
    "2026-01-01 00:00:00Z",
    "2026-01-01T00:00:00",
  ])
    t.regex(String(reckon("ReadTime", { text })), /^trapped: /, text);
  t.deepEqual(reckon("ReadTime", { text: "2026-01-01T00:00:00Z" }), { text: String(Date.UTC(2026, 0, 1)) });
});

test("a UUID of 16 bytes is read from text and told as text", async (t) => {
  const reckon = await reckonerOf(t);
  const text = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6";
  t.deepEqual(reckon("ReadId", { text: text.toUpperCase() }), { id: text, text });
  for (const wrong of ["", text.slice(1), text.replace("f8", "g8"), text.replace("-", "0")])
    t.regex(String(reckon("ReadId", { text: wrong })), /^trapped: uuid: /, wrong);
});

test("a duration shows its months, days and milliseconds", async (t) => {
  const reckon = await reckonerOf(t);
  t.deepEqual(reckon("ReadSpan", { span: "P1M2DT3S" }), { span: "P2M4DT3.003S" });
});
