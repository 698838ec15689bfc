// `evento codegen`: schemas as TypeScript, for programs that use EventoClient.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

import { Option } from "commander";

import type { AggregateSchema } from "../../schemas/aggregate-schema.ts";
import type { Context } from "../context.ts";
import { usageError } from "../exit-code.ts";

type Options = { readonly from?: string; readonly schemas: string; readonly out: string };

export function addCodegen({ program, terminal }: Context): void {
  program
    .command("codegen")
    .description("write TypeScript types of commands, events and states, for programs that use a host")
    .requiredOption("--out <file>", "the file to write")
    .option("--schemas <dir>", "where schemas are, as .avsc files", "schemas")
    .addOption(
      new Option("--from <url>", "ask the host there in place of that; with EVENTO_TOKEN for a token").conflicts(
        "schemas",
      ),
    )
    .addHelpText(
      "after",
      `
Examples:
  $ evento codegen --out src/aggregates.ts
  $ evento codegen --from http://127.0.0.1:8080 --out src/aggregates.ts

In a program:
  import { EventoClient } from "evento/client";
  import type { Aggregates } from "./aggregates.ts";
  const client = new EventoClient<Aggregates>({ url: "http://127.0.0.1:8080" });
  await client.post({ entity: "greeting:1", command_type: "Greet", payload: { name: "Ada" } });`,
    )
    .action(async ({ from, schemas: directory, out }: Options) => {
      const { schemasIn, schemasOf } = await import("../codegen-schemas.ts");
      const { codegenText } = await import("../codegen-text.ts");
      const schemas = from === undefined ? await schemasIn(directory) : await schemasOf(from);
      if (schemas.length === 0)
        throw usageError(
          `found no schema in ${from ?? directory}`,
          "name a folder of .avsc files, or a host with --from",
        );
      requireOneEach(schemas);
      await mkdir(dirname(out), { recursive: true });
      await writeFile(out, codegenText(schemas));
      terminal.result(
        `${out}  ${schemas
          .map(({ name }) => name)
          .toSorted()
          .join(", ")}`,
      );
    });
}

function requireOneEach(schemas: readonly AggregateSchema[]): void {
  const seen = new Set<string>();
  for (const { name } of schemas) {
    if (seen.has(name))
      throw usageError(`found two schemas of ${name}, expected one an aggregate`, "leave the other out of the folder");
    seen.add(name);
  }
}
