// The schemas that `evento codegen` makes types of: files in a folder, or what a host has registered.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { fieldOf, listField } from "../client/json-fields.ts";
import { EventoError, reasonOf } from "../errors.ts";
import { parseAggregateSchema, type AggregateSchema } from "../schemas/aggregate-schema.ts";
import { usageError } from "./exit-code.ts";
import { isDirectory } from "./function-targets.ts";
import { clientOf } from "./host-option.ts";

/** @throws EventoError USAGE_INVALID when there is no such folder; SCHEMA_INVALID with the file's name */
export async function schemasIn(directory: string): Promise<readonly AggregateSchema[]> {
  if (!(await isDirectory(directory)))
    throw usageError(`found no folder ${directory}`, "name the folder of the schemas, or a host with --from");
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith(".avsc"));
  const schemas: AggregateSchema[] = [];
  for (const { parentPath, name } of files) schemas.push(await schemaOf(join(parentPath, name)));
  return schemas;
}

/** The newest schema of each aggregate of a host. @throws EventoError HOST_UNREACHABLE, or the host's refusal under its code. */
export async function schemasOf(url: string): Promise<readonly AggregateSchema[]> {
  const answer = await clientOf({ host: url }).get(["schemas"]);
  return listField(answer, "schemas")
    .filter((row) => fieldOf(row, "aggregate_type") !== "evento")
    .map((row) => parseAggregateSchema(fieldOf(row, "schema")));
}

async function schemaOf(path: string): Promise<AggregateSchema> {
  try {
    return parseAggregateSchema(JSON.parse(await readFile(path, "utf8")));
  } catch (cause) {
    const faults = cause instanceof EventoError ? cause.faults : [];
    throw new EventoError("SCHEMA_INVALID", `found ${path} unreadable as a schema: ${reasonOf(cause)}`, {
      cause,
      faults,
    });
  }
}
