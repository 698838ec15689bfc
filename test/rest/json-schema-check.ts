// As much of JSON Schema as the OpenAPI document uses. A keyword that is not known here is an error: nothing passes unseen.

type Schema = { readonly [keyword: string]: unknown };

const annotations: ReadonlySet<string> = new Set(["description", "default", "format", "contentMediaType"]);

/** Faults of a value against a schema, each with its path. */
export function faultsOf(value: unknown, schema: unknown, named: { readonly [name: string]: unknown }): string[] {
  const faults: string[] = [];
  check(value, schema, "$");
  return faults;

  function check(found: unknown, given: unknown, path: string): void {
    if (!isObject(given)) throw new Error(`found the schema ${JSON.stringify(given)}, expected an object`);
    for (const [keyword, expected] of Object.entries(given)) keywordCheck(found, keyword, expected, given, path);
  }

  function keywordCheck(found: unknown, keyword: string, expected: unknown, schema: Schema, path: string): void {
    if (annotations.has(keyword)) return;
    switch (keyword) {
      case "$ref":
        return check(found, named[String(expected).replace("#/components/schemas/", "")], path);
      case "type":
        if (![expected].flat().includes(typeOf(found)) && !(typeOf(found) === "integer" && expected === "number"))
          faults.push(`${path} is ${typeOf(found)}, expected ${String(expected)}`);
        return;
      case "const":
        if (found !== expected) faults.push(`${path} is ${JSON.stringify(found)}, expected ${String(expected)}`);
        return;
      case "enum":
        if (!Array.isArray(expected) || !expected.includes(found))
          faults.push(`${path} is ${JSON.stringify(found)}, expected one of ${String(expected)}`);
        return;
      case "pattern":
        if (typeof found === "string" && !new RegExp(String(expected)).test(found))
          faults.push(`${path} is ${found}, expected ${String(expected)}`);
        return;
      case "minimum":
        if (typeof found === "number" && found < Number(expected)) faults.push(`${path} is below ${String(expected)}`);
        return;
      case "maximum":
        if (typeof found === "number" && found > Number(expected)) faults.push(`${path} is above ${String(expected)}`);
        return;
      case "required":
        for (const name of Array.isArray(expected) ? expected : [])
          if (!isObject(found) || found[name] === undefined) faults.push(`${path}.${name} is missing`);
        return;
      case "properties":
        if (isObject(found) && isObject(expected))
          for (const [name, schemaOf] of Object.entries(expected))
            if (found[name] !== undefined) check(found[name], schemaOf, `${path}.${name}`);
        return;
      case "additionalProperties":
        return additional(found, expected, schema, path);
      case "items":
        if (Array.isArray(found))
          for (const [index, item] of found.entries()) check(item, expected, `${path}[${index}]`);
        return;
      case "oneOf":
      case "anyOf": {
        const fits = (Array.isArray(expected) ? expected : []).filter(
          (branch) => faultsOf(found, branch, named).length === 0,
        );
        if (fits.length === 0 || (keyword === "oneOf" && fits.length > 1))
          faults.push(`${path} fits ${fits.length} branches of ${keyword}`);
        return;
      }
      default:
        throw new Error(`found the keyword ${keyword}, which this check does not know`);
    }
  }

  function additional(found: unknown, expected: unknown, { properties }: Schema, path: string): void {
    if (!isObject(found)) return;
    for (const [name, value] of Object.entries(found)) {
      if (isObject(properties) && Object.hasOwn(properties, name)) continue;
      if (expected === false) faults.push(`${path}.${name} is not described`);
      else check(value, expected, `${path}.${name}`);
    }
  }
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}

export function isObject(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
