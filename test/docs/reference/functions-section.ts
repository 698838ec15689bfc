// What a function's author has to know of the border: the world, the envelopes and the bounds, each from where it is kept.
import { readFileSync } from "node:fs";

import { settings } from "../../../host/config.ts";
import * as limits from "../../../host/limits.ts";
import { codeOf, fence, tableOf } from "./markdown.ts";

export function witSection(): string {
  return fence("wit", textOf("sdk-assemblyscript/evento.wit"));
}

type AvroType =
  | string
  | readonly AvroType[]
  | {
      readonly type: AvroType;
      readonly logicalType?: string;
      readonly items?: AvroType;
      readonly symbols?: readonly string[];
    };
type Field = { readonly name: string; readonly type: AvroType; readonly doc?: string };
type AvroRecord = { readonly name: string; readonly doc?: string; readonly fields: readonly Field[] };

/** One table an envelope. */
export function envelopesSection(): string {
  const records: readonly AvroRecord[] = JSON.parse(textOf("host/domain/envelopes.avsc"));
  return records
    .map(({ name, doc, fields }) => {
      const rows = fields.map((field) => [codeOf(field.name), typeText(field.type), field.doc ?? ""]);
      const about = doc === undefined ? "" : `${doc}\n\n`;
      return `### evento.${name}\n\n${about}${tableOf(["field", "Avro type", "what it is"], rows)}`;
    })
    .join("\n\n");
}

export function limitsSection(): string {
  const rows = [
    ["size of a component", bytes(limits.componentBytesMax)],
    ["linear memory", bytes(limits.functionMemoryBytesMax)],
    ["core modules of a component with a memory of their own", count(limits.functionMemoriesMax)],
    ["entries of one table", count(limits.functionTableEntriesMax)],
    [
      "time of one call without an answer",
      `${count(settings.function_deadline_ms.fallback)} ms; \`EVENTO_FUNCTION_DEADLINE_MS\``,
    ],
    ["arguments, or the answer, of one call", bytes(limits.frameBytesMax)],
    ["commands of one aggregate that follow on each other in one turn", count(limits.turnCommandsMax)],
    ["events that a handler answers", `1 to ${count(limits.eventsPerCommandMax)}`],
    ["commands that a dispatcher answers", `0 to ${count(limits.commandsPerEventMax)}`],
    ["an aggregate's state, in Avro", bytes(limits.stateBytesMax)],
    ["nesting of a value", count(limits.valueDepthMax)],
    ["items of all arrays and maps of one value", count(limits.valueItemsMax)],
    ["digits of a decimal", count(limits.decimalDigitsMax)],
    ["text of a schema", bytes(limits.schemaBytesMax)],
    ["fields of a schema", count(limits.schemaFieldsMax)],
    ["types within types of a schema", count(limits.schemaDepthMax)],
    ["text that `describe` answers", bytes(limits.describeBytesMax)],
    ["body of a command or event from outside", bytes(limits.bodyBytesMax)],
    [
      "lines that it logs",
      `${count(limits.logLinesBurstMax)} at once, then ${count(limits.logLinesPerSecondMax)} a second`,
    ],
    ["tries of a command before it is parked", `${settings.tries.fallback}; \`EVENTO_TRIES\``],
    ["steps of a chain of causes before it is parked", `${settings.depth.fallback}; \`EVENTO_DEPTH\``],
  ];
  return tableOf(["what", "at most"], rows);
}

function typeText(type: AvroType): string {
  if (typeof type === "string") return codeOf(type);
  if (isUnion(type)) return type.map(typeText).join(" or ");
  const { type: kind, logicalType, items, symbols } = type;
  if (symbols !== undefined) return symbols.map(codeOf).join(", ");
  if (items !== undefined) return `array of ${typeText(items)}`;
  return `${typeText(kind)}${logicalType === undefined ? "" : `, ${codeOf(logicalType)}`}`;
}

function isUnion(type: AvroType): type is readonly AvroType[] {
  return Array.isArray(type);
}

function bytes(value: number): string {
  return value >= 1 << 20 ? `${value / (1 << 20)} MiB` : `${value / (1 << 10)} KiB`;
}

function count(value: number | string): string {
  return Number(value).toLocaleString("en-US");
}

function textOf(path: string): string {
  return readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
}
