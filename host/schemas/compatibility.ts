// Whether a new version of a schema may follow an older one: all that is stored must go on being readable, by the types and under the
// entity types that it was stored as.
import type { AggregateSchema } from "./aggregate-schema.ts";
import { ResolutionCompiler, type Break } from "./resolution.ts";
import { shortNameOf, type NamedShape } from "./shape.ts";

function kindOf(shape: NamedShape): string {
  return shape.kind === "record" ? shape.mark.kind : shape.kind;
}

/** What became of a type that stored data needs: its name and what it is. */
function typeBreak(older: NamedShape, newer: NamedShape | undefined): string | undefined {
  const then = kindOf(older);
  const isStored = then === "event" || then === "command" || then === "root";
  if (newer === undefined) return isStored ? `is gone, was ${then}` : undefined;
  const now = kindOf(newer);
  const isSame = now === then || (newer.kind === older.kind && !isStored);
  return isSame ? undefined : `is ${now}, was ${then}`;
}

function entityTypeBreaks(newer: AggregateSchema, older: AggregateSchema): Break[] {
  const breaks: Break[] = [];
  for (const [entityType, { kind, record: type }] of older.entityTypes) {
    const now = newer.entityTypes.get(entityType);
    if (now === undefined) breaks.push({ type, path: "", reason: `entity type ${entityType} is gone, was ${kind}` });
    else if (now.kind !== kind)
      breaks.push({ type, path: "", reason: `entity type ${entityType} is ${now.kind}, was ${kind}` });
  }
  return breaks;
}

/**
 * Lists what of a newer schema can't read what an older one wrote; empty when it can read everything.
 *
 * All types are compared, also those that nothing uses. A break inside a type that others use is told once, at that type.
 */
export function breaksOf(newer: AggregateSchema, older: AggregateSchema): readonly Break[] {
  if (newer.fingerprint === older.fingerprint) return [];
  const breaks = entityTypeBreaks(newer, older);
  const compiler = new ResolutionCompiler();
  for (const [name, shape] of older.types) {
    const type = shortNameOf(name);
    const now = newer.types.get(name);
    const reason = typeBreak(shape, now);
    if (reason !== undefined) breaks.push({ type, path: "", reason });
    else if (now !== undefined) compiler.compile(now, shape, { type, path: "" });
  }
  return [...breaks, ...compiler.breaks];
}
