// Finds the entity ids that a root's fields refer to, going over its bytes only as far as the last such field and making nothing of the rest.
import { isEntityId } from "../domain/entity-id.ts";
import { ByteSource } from "./byte-source.ts";
import type { FormatCompiler } from "./format-compiler.ts";
import type { FieldShape, RecordShape, Shape } from "./shape.ts";

type Step = (source: ByteSource, found: Set<string>) => void;

function collect(source: ByteSource, found: Set<string>): void {
  const text = source.text();
  // "" and the like stand for no entity.
  if (isEntityId(text)) found.add(text);
}

function collector(shape: Shape): Step {
  if (shape.kind === "array") return (source, found) => source.blocks(() => collect(source, found));
  if (shape.kind === "map")
    return (source, found) =>
      source.blocks(() => {
        source.skipText();
        collect(source, found);
      });
  if (shape.kind !== "union") return collect;
  const { branches } = shape;
  return (source, found) => {
    if (branches[source.index(branches.length, "union branch")]?.kind === "string") collect(source, found);
  };
}

function stepOf(field: FieldShape, formats: FormatCompiler): Step {
  if (field.references !== undefined) return collector(field.shape);
  const format = formats.formatOf(field.shape);
  return (source) => format.scan(source);
}

const none: readonly string[] = Object.freeze([]);
const source = new ByteSource();

/** Makes the function that lists the references in a root record: sorted, without repeats. */
export function referenceScan(root: RecordShape, formats: FormatCompiler): (state: Uint8Array) => readonly string[] {
  const last = root.fields.findLastIndex((field) => field.references !== undefined);
  if (last === -1) return () => none;
  const fields = root.fields.slice(0, last + 1);
  const steps = fields.map((field) => ({ name: field.name, run: stepOf(field, formats) }));
  return (state) => {
    const found = new Set<string>();
    source.open(state, "");
    source.enter();
    for (const step of steps) {
      source.path.at(step.name);
      step.run(source, found);
    }
    source.close();
    return found.size < 2 ? [...found] : [...found].toSorted();
  };
}
