// `evento schemas`: the schemas that a host knows, and a new one by itself.
import { readFile } from "node:fs/promises";

import { reasonOf } from "../../errors.ts";
import type { Context } from "../context.ts";
import { usageError } from "../exit-code.ts";
import { clientOf, withHostOptions, type HostOptions } from "../host-option.ts";
import { fieldOf, listField, textField } from "../../client/json-fields.ts";
import { printTable } from "../table.ts";
import type { Terminal } from "../terminal.ts";

export function addSchemas({ program, terminal }: Context): void {
  const schemas = program
    .command("schemas")
    .description("show the schemas that a host knows; register one")
    .addHelpText(
      "after",
      `
Examples:
  $ evento schemas                                       all of them
  $ evento schemas SavingsAccount                        the newest version, as Avro JSON
  $ evento schemas SavingsAccount 8f1c…                  an earlier one, by its fingerprint
  $ evento schemas register schemas/banking/Atm.avsc     refused with a list of what breaks`,
    );
  withHostOptions(
    schemas
      .command("show", { isDefault: true })
      .description("list schemas, or print one (the default)")
      .argument("[aggregate]", "the schema's aggregate, such as SavingsAccount")
      .argument("[fingerprint]", "one version of it"),
  ).action(async (aggregate: string | undefined, fingerprint: string | undefined, options: HostOptions) => {
    if (aggregate === undefined) return printSchemas(options, terminal);
    const path = ["schemas", aggregate, ...(fingerprint === undefined ? [] : [fingerprint])];
    const answer = await clientOf(options).get(path);
    // The schema itself, so that it can go into a file; what is known of it is in the list.
    const schema = fieldOf(answer, "schema");
    if (terminal.isForPerson(options)) terminal.result(JSON.stringify(schema, null, 2));
    else terminal.json(schema);
  });
  withHostOptions(
    schemas
      .command("register")
      .description("register a schema, or a new version of it, by itself")
      .argument("<file>", "an Avro schema file, .avsc"),
  ).action(async (file: string, options: HostOptions) => {
    const { text, aggregate } = await readSchema(file);
    const answer = await clientOf(options).json({
      method: "PUT",
      path: ["schemas", aggregate],
      headers: { "content-type": "application/json" },
      body: text,
    });
    if (terminal.isForPerson(options)) terminal.result(`${aggregate} ${textField(answer, "fingerprint")}`);
    else terminal.json(answer);
  });
}

async function printSchemas(options: HostOptions, terminal: Terminal): Promise<void> {
  const rows = listField(await clientOf(options).get(["schemas"]), "schemas");
  if (!terminal.isForPerson(options)) {
    for (const row of rows) terminal.json(row);
    return;
  }
  printTable(
    rows,
    [
      { heading: "AGGREGATE", text: (row) => textField(row, "aggregate_type") },
      { heading: "VERSION", text: (row) => textField(row, "version"), align: "right" },
      { heading: "FINGERPRINT", text: (row) => textField(row, "fingerprint") },
    ],
    terminal,
  );
}

/** A schema file's text, and the aggregate that it is of: the namespace of its types. */
async function readSchema(file: string): Promise<{ text: string; aggregate: string }> {
  try {
    const text = await readFile(file, "utf8");
    const types: unknown = JSON.parse(text);
    const aggregate = Array.isArray(types) ? textField(types[0], "namespace") : "";
    if (aggregate !== "") return { text, aggregate };
  } catch (error) {
    throw usageError(`${file} can't be read as a schema: ${reasonOf(error)}`, "name an Avro schema file, .avsc");
  }
  throw usageError(`${file} is no array of types with a namespace`, "the namespace is the aggregate's name");
}
