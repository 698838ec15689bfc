// `evento new`: a function that builds and passes its test, to be changed from there.
import { join } from "node:path";

import type { Context } from "../context.ts";
import { functionsRoot } from "../function-root.ts";

type Options = { readonly aggregate: string; readonly functions: string; readonly schemas: string };

export function addNew({ program, terminal }: Context): void {
  program
    .command("new")
    .description("make a function: schema, handler, aggregator and a test that passes")
    .argument("<name>", "the function's name, such as counter")
    .requiredOption("--aggregate <Aggregate>", "the aggregate's name, such as Counter")
    .option("--functions <dir>", "where functions are", functionsRoot)
    .option("--schemas <dir>", "where schemas are", "schemas")
    .addHelpText(
      "after",
      `
Examples:
  $ evento new counter --aggregate Counter
  $ evento test functions/counter`,
    )
    .action(async (name: string, { aggregate, functions, schemas }: Options) => {
      const { createFunction } = await import("../../../sdk-assemblyscript/create-function.ts");
      const directory = join(functions, name);
      for (const file of await createFunction({ directory, name, aggregate, schemas })) terminal.result(file);
      terminal.note(`\n${terminal.styled("next", "strong")}  evento test ${directory}`);
    });
}
