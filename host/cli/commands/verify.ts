// `evento verify`: is every group of the log there and as it was written, and does the index follow from it?
import type { Context } from "../context.ts";
import { withDataOption, type DataOptions } from "../data-option.ts";

export function addVerify({ program, terminal }: Context): void {
  withDataOption(program.command("verify").description("check a data directory while no host runs on it"))
    .addHelpText(
      "after",
      `
Reads the whole log: checksums, chain, gaps; and whether the index says what the log says. Exit code 1: damage was found.

Examples:
  $ evento verify
  $ evento verify --data /var/lib/evento --json`,
    )
    .action(async (_options: DataOptions) => {
      terminal.note("not there yet");
    });
}
