// `evento new`: a function that builds and passes its test, to be changed from there.
import { join, relative } from "node:path";

import type { Context } from "../context.ts";
import { functionsRoot } from "../function-root.ts";

type Options = { readonly aggregate: string; readonly functions: string };

export function addNew({ program, terminal }: Context): void {
  program
    .command("new")
    .description("make a function: schema, handler, aggregator and a test that passes")
    .argument("<name>", "the function's name, such as counter")
    .requiredOption("--aggregate <Aggregate>", "the aggregate's name, such as Counter")
    .option("--functions <dir>", "where functions are", functionsRoot)
    .addHelpText(
      "after",
      `
Example:
  $ evento new counter --aggregate Counter
  $ evento test functions/counter`,
    )
    .action(async (name: string, options: Options) => {
      const { createFunction } = await import("../../../sdk-assemblyscript/create-function.ts");
      const directory = join(options.functions, name);
      const files = await createFunction({ directory, name, aggregate: options.aggregate });
      for (const file of files) terminal.result(relative(process.cwd(), file));
      terminal.note(`\ntry it: evento test ${directory}`);
    });
}
