import { Writable } from "node:stream";

import test from "ava";
import { CommanderError, type Command } from "commander";

import { programOf } from "../../host/cli/program.ts";
import { Terminal } from "../../host/cli/terminal.ts";
import { runEvento } from "./evento-run.ts";

test("an unknown command is told of with the one that was meant", async (t) => {
  const { code, stderr } = await runEvento(["evnets"]);
  t.is(code, 2);
  t.regex(stderr, /unknown command 'evnets'/);
  t.regex(stderr, /Did you mean events/);
});

test("an unknown option is told of with the one that was meant", async (t) => {
  const { code, stderr } = await runEvento(["events", "--folow"]);
  t.is(code, 2);
  t.regex(stderr, /unknown option '--folow'/);
  t.regex(stderr, /--follow/);
});

test("an unknown setting of a host is told of with the one that was meant", async (t) => {
  const { code, stderr } = await runEvento(["serve", "--kafka-broker", "x"]);
  t.is(code, 2);
  t.regex(stderr, /--kafka-brokers/);
  const fromEnvironment = await runEvento(["serve"], { environment: { EVENTO_LISTN: "127.0.0.1:0" } });
  t.is(fromEnvironment.code, 2);
  t.regex(fromEnvironment.stderr, /EVENTO_LISTN[^]*EVENTO_LISTEN/);
});

test("the help of every command has an example that starts with its name", async (t) => {
  const { help } = programOnPaper();
  const names = programOnPaper().program.commands.map((command) => command.name());
  t.true(names.length >= 17);
  for (const name of names) t.regex(await help([name]), new RegExp(`Examples?:[^]*evento ${name}`), name);
});

test("every option and argument of every command says what it is for", (t) => {
  const { program } = programOnPaper();
  const commands = program.commands.flatMap((command) => [command, ...command.commands]);
  for (const command of commands) {
    t.not(command.description(), "", command.name());
    for (const option of command.options) t.not(option.description, "", `${command.name()} ${option.flags}`);
    for (const argument of command.registeredArguments)
      t.not(argument.description, "", `${command.name()} ${argument.name()}`);
  }
});

test("without a host the exit code is 3, and the error says how to get one", async (t) => {
  const { code, stderr, stdout } = await runEvento(["aggregate", "savings:1", "--host", "http://127.0.0.1:1"]);
  t.is(code, 3);
  t.is(stdout, "");
  t.regex(stderr, /found no host at http:\/\/127\.0\.0\.1:1/);
  t.regex(stderr, /evento dev/);
});

test("EVENTO_URL says where the host is", async (t) => {
  const { stderr } = await runEvento(["functions"], { environment: { EVENTO_URL: "http://127.0.0.1:1/prefix" } });
  t.regex(stderr, /http:\/\/127\.0\.0\.1:1\/prefix/);
});

for (const [told, args] of [
  ["a host that is no URL", ["functions", "--host", "ftp://x"]],
  ["a payload that is no JSON", ["command", "savings:1", "OpenAccount", "{amount}"]],
  ["a command without a type", ["command", "savings:1"]],
  ["both a draft and a file", ["command", "savings:1", "OpenAccount", "--file", "x.ndjson"]],
  ["a file that is not there", ["command", "--file", "no-such-file.ndjson"]],
  ["a number that is none", ["events", "--after", "-1"]],
  ["a retry of nothing", ["parked", "retry"]],
  ["a folder without functions", ["build", "no-such-folder"]],
  ["something that can't be deployed", ["deploy", "README.md"]],
  ["both an entity and a list", ["aggregate", "savings:1", "--type", "SavingsAccount"]],
] as const)
  test(`${told} is wrong usage, and the error says what to do`, async (t) => {
    const { code, stderr, stdout } = await runEvento(args);
    t.is(code, 2, stderr);
    t.is(stdout, "");
    t.regex(stderr, /^error: /);
    t.regex(stderr, /hint: |--help|expected a whole number/);
  });

/** The program with an output that is kept. */
function programOnPaper(): { program: Command; help: (command: readonly string[]) => Promise<string> } {
  let written = "";
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      written += String(chunk);
      done();
    },
  });
  const program = programOf({ terminal: new Terminal({ stdout, stderr: stdout }) });
  const help = async (command: readonly string[]): Promise<string> => {
    written = "";
    try {
      await programOf({ terminal: new Terminal({ stdout, stderr: stdout }) }).parseAsync([...command, "--help"], {
        from: "user",
      });
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
    }
    return written;
  };
  return { program, help };
}
