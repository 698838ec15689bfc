// Entity ids, `type:id`.

/** The type of an entity id, or "" when the text is none. */
export function entityType(entity: string): string {
  const colon = entity.indexOf(":");
  if (colon < 1 || colon > 63 || entity.length - colon - 1 < 1 || entity.length - colon - 1 > 128) return "";
  const id = entity.slice(colon + 1);
  if (id == "." || id == "..") return "";
  for (let index = 0; index < id.length; index++) if (!isIdUnit(id.charCodeAt(index))) return "";
  for (let index = 0; index < colon; index++) if (!isAlphanumeric(entity.charCodeAt(index))) return "";
  const first = entity.charCodeAt(0);
  return first >= 97 && first <= 122 ? entity.slice(0, colon) : "";
}

function isAlphanumeric(unit: i32): bool {
  return (unit >= 48 && unit <= 57) || (unit >= 65 && unit <= 90) || (unit >= 97 && unit <= 122);
}

function isIdUnit(unit: i32): bool {
  return isAlphanumeric(unit) || unit == 46 || unit == 95 || unit == 126 || unit == 45;
}
