// The command line's grammar: every command, in the groups that its help shows.
import { readFileSync } from "node:fs";

import { Command } from "commander";

import { addAggregate } from "./commands/aggregate.ts";
import { addBackup } from "./commands/backup.ts";
import { addBuild } from "./commands/build.ts";
import { addCodegen } from "./commands/codegen.ts";
import { addCommand } from "./commands/command.ts";
import { addCompletion } from "./commands/completion.ts";
import { addDeploy } from "./commands/deploy.ts";
import { addDev } from "./commands/dev.ts";
import { addEvent } from "./commands/event.ts";
import { addEvents } from "./commands/events.ts";
import { addFunctions } from "./commands/functions.ts";
import { addNew } from "./commands/new.ts";
import { addParked } from "./commands/parked.ts";
import { addRecover } from "./commands/recover.ts";
import { addReindex } from "./commands/reindex.ts";
import { addRestore } from "./commands/restore.ts";
import { addSchemas } from "./commands/schemas.ts";
import { addServe } from "./commands/serve.ts";
import { addTest } from "./commands/test.ts";
import { addToken } from "./commands/token.ts";
import { addTrace } from "./commands/trace.ts";
import { addVerify } from "./commands/verify.ts";
import type { Terminal } from "./terminal.ts";

/** The whole program; errors are thrown, never an exit. */
export function programOf({ terminal }: { terminal: Terminal }): Command {
  const program = new Command("evento")
    .description("Event Sourcing over WebAssembly functions: run a host, write functions, post and look.")
    .version(versionOf(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .showHelpAfterError("(see --help)")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.result(text.trimEnd()),
      writeErr: (text) => terminal.note(text.trimEnd()),
      getOutHelpWidth: () => terminal.width,
      // The terminal takes colours off where they are not wanted.
      getOutHasColors: () => true,
      getErrHasColors: () => true,
    })
    .configureHelp({
      styleTitle: (title) => terminal.styled(title, "strong"),
      styleCommandText: (text) => terminal.styled(text, "name"),
    })
    .addHelpText(
      "after",
      `
Examples:
  $ evento dev                                          a host here, everything under functions/ deployed
  $ evento new counter --aggregate Counter              a function that runs, with a test
  $ evento command greeting:1 Greet '{"name":"Ada"}'    post a command and see its events
  $ evento events --follow                              what happens, as it happens

Exit codes: 0 all well, 1 refused or failed, 2 wrong usage, 3 no host answers.`,
    );
  const context = { program, terminal };
  program.commandsGroup("Run a host:");
  addDev(context);
  addServe(context);
  program.commandsGroup("Write functions:");
  addNew(context);
  addBuild(context);
  addTest(context);
  addDeploy(context);
  addCodegen(context);
  program.commandsGroup("Use a host:");
  addCommand(context);
  addEvent(context);
  addAggregate(context);
  addEvents(context);
  addTrace(context);
  addParked(context);
  addFunctions(context);
  addSchemas(context);
  program.commandsGroup("Look after a data directory:");
  addBackup(context);
  addRestore(context);
  addVerify(context);
  addReindex(context);
  addRecover(context);
  program.commandsGroup("Say who may do what:");
  addToken(context);
  program.commandsGroup("More:");
  addCompletion(context);
  return program;
}

function versionOf(): string {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  return version;
}
