// The option of the commands that work on a data directory while no host does.
import { Option, type Command } from "commander";

export type DataOptions = { readonly data: string; readonly json?: boolean };

export function withDataOption(command: Command): Command {
  return command
    .addOption(new Option("--data <dir>", "the data directory").env("EVENTO_DATA").default("./data"))
    .option("--json", "print the report as JSON, as when the output is piped");
}
