// The command line's help, command by command, as commander prints it.
import { Writable } from "node:stream";

import type { Command } from "commander";

import { programOf } from "../../../host/cli/program.ts";
import { Terminal } from "../../../host/cli/terminal.ts";
import { fence } from "./markdown.ts";

export function cliSection(): string {
  let printed = "";
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      printed += chunk.toString();
      done();
    },
  });
  const helpOf = (command: Command): string => {
    printed = "";
    command.outputHelp();
    return printed;
  };
  const program = programOf({ terminal: new Terminal({ stdout, stderr: stdout }) });
  const sections = withSubcommands(program, []).map(
    ({ command, names }) => `## ${names.join(" ")}\n\n${fence("text", helpOf(command))}`,
  );
  return sections.join("\n\n");
}

type Named = { readonly command: Command; readonly names: readonly string[] };

function withSubcommands(command: Command, above: readonly string[]): readonly Named[] {
  const names = [...above, command.name()];
  return [{ command, names }, ...command.commands.flatMap((inner) => withSubcommands(inner, names))];
}
