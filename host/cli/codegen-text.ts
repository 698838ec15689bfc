// The file that `evento codegen` writes: the types of some aggregates, as TypeScript for a client of a host.
import type { AggregateSchema } from "../schemas/aggregate-schema.ts";
import { freeName } from "./codegen-names.ts";
import { CodegenShapes, type Form } from "./codegen-shapes.ts";

/** @param schemas - one an aggregate. */
export function codegenText(schemas: readonly AggregateSchema[]): string {
  const sorted = schemas.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const taken = new Set(sorted.map(({ name }) => name));
  const described = sorted.map((schema) => {
    // Drafts is a namespace within each: one around it could not be named from there.
    const namespace = schema.name === "Drafts" ? "Drafts_" : freeName(schema.name, taken);
    return { schema, namespace, shapes: new CodegenShapes({ namespace, types: schema.types.values() }) };
  });
  const lines = [
    "// Types of what aggregates take and give, for EventoClient. Written by `evento codegen`: make it again in place of changing it.",
    "//",
    ...sorted.map(({ name, fingerprint }) => `//   ${name} ${fingerprint}`),
    "",
    ...described.flatMap(({ namespace, shapes }) => [...namespaceLines(namespace, shapes), ""]),
    "/** All aggregates: `new EventoClient<Aggregates>({ url })`. */",
    "export interface Aggregates {",
    ...described.flatMap(({ schema, shapes }) => aggregateLines(schema, shapes).map(indented)),
    "}",
  ];
  return `${lines.join("\n")}\n`;
}

function namespaceLines(namespace: string, shapes: CodegenShapes): string[] {
  const drafts = shapes.declarations("draft");
  return [
    `export declare namespace ${namespace} {`,
    ...linesOf(shapes.declarations("value")),
    ...(drafts.length === 0
      ? []
      : ["", "  /** As they are posted: what has a default may be left out. */", "  namespace Drafts {"]),
    ...(drafts.length === 0 ? [] : [...linesOf(drafts).map(indented), "  }"]),
    "}",
  ];
}

function aggregateLines(schema: AggregateSchema, shapes: CodegenShapes): string[] {
  const { name, entityTypes, commands, events, root } = schema;
  const members = (records: typeof commands, form: Form): string[] =>
    [...records].map(([record, { shape }]) => `    readonly ${record}: ${shapes.textOf(shape, form)};`);
  const part = (label: string, records: typeof commands, form: Form): string[] => [
    `  readonly ${label}: {`,
    ...members(records, form),
    "  };",
  ];
  return [
    `readonly ${name}: {`,
    `  readonly entities: ${[...entityTypes.keys()].map((type) => JSON.stringify(type)).join(" | ")};`,
    ...part("commands", commands, "draft"),
    ...part("event_drafts", events, "draft"),
    ...part("events", events, "value"),
    `  readonly state: ${shapes.textOf(root.shape, "value")};`,
    "};",
  ];
}

function linesOf(declarations: readonly string[]): string[] {
  return declarations.flatMap((text) => text.split("\n")).map(indented);
}

function indented(line: string): string {
  return line === "" ? "" : `  ${line}`;
}
