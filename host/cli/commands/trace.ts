// `evento trace`: the causation tree that a command or event belongs to.
import type { Context } from "../context.ts";
import { clientOf, withHostOptions, type HostOptions } from "../host-option.ts";
import { traceLines } from "../trace-lines.ts";

export function addTrace({ program, terminal }: Context): void {
  const command = program
    .command("trace")
    .description("show all that followed from one call from outside, as a tree")
    .argument("<id>", "id of any command or event of the tree");
  withHostOptions(command)
    .addHelpText(
      "after",
      `
Examples:
  $ evento trace my-first-transfer
  $ evento trace my-first-transfer --json | jq .children`,
    )
    .action(async (id: string, options: HostOptions) => {
      const trace = await clientOf(options).get(["traces", id]);
      if (terminal.isForPerson(options)) for (const line of traceLines(trace, id, terminal)) terminal.result(line);
      else terminal.json(trace);
    });
}
