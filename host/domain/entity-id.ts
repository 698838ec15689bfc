// Entity ids, `type:id`: one grammar, checked once at the edge. Everything inside may rely on it.
import { EventoError } from "../errors.ts";

const entityPattern = /^([a-z][A-Za-z0-9]{0,62}):([A-Za-z0-9._~-]{1,128})$/;

/** Tells whether a text is an entity id: `type:id`, where the id is not `.` or `..`. */
export function isEntityId(text: string): boolean {
  const match = entityPattern.exec(text);
  return match !== null && match[2] !== "." && match[2] !== "..";
}

/**
 * Checks an entity id and returns its type.
 *
 * @throws EventoError ENTITY_ID_INVALID when the text is not `type:id`.
 */
export function entityTypeOf(entity: string): string {
  if (!isEntityId(entity))
    throw new EventoError("ENTITY_ID_INVALID", `found ${JSON.stringify(entity.slice(0, 200))}, expected an entity id`, {
      hint: "write type:id, the type as [a-z][A-Za-z0-9]*, the id as 1 to 128 characters of [A-Za-z0-9._~-], not . or ..",
      faults: [{ path: "entity", message: "is not an entity id of the form type:id" }],
    });
  return entity.slice(0, entity.indexOf(":"));
}
