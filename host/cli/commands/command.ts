// `evento command`: posts one command, or many.
import { importLines } from "../bulk-import.ts";
import type { Context } from "../context.ts";
import { withHostOptions } from "../host-option.ts";
import { wholeNumber } from "../numbers.ts";
import { postCommand, type PostOptions } from "../posting.ts";
import { postTarget, type PostArguments } from "../post-target.ts";

type Options = PostOptions & { readonly file?: string };

export function addCommand({ program, terminal }: Context): void {
  const command = program
    .command("command")
    .description("post a command and wait for its events")
    .argument("[entity]", "what it is for, such as checking:1; - reads many from standard input")
    .argument("[type]", "the command's type, such as WithdrawCash")
    .argument("[payload]", "JSON; {} when left out")
    .option("--id <id>", "the command's id: posted again with it, it happens once")
    .option("--expected-sequence <n>", "refuse it unless the aggregate is at this sequence", wholeNumber)
    .option("--async", "do not wait for the outcome")
    .option("--wait <seconds>", "how long to wait for the outcome, 0 to 60 (default: 10)", wholeNumber)
    .option("--file <file>", "post every line of a file of JSON drafts");
  withHostOptions(command)
    .addHelpText(
      "after",
      `
Examples:
  $ evento command savings:1 ReceiveDeposit '{"amount":"5.00"}'
  $ evento command savings:1 WithdrawCash '{"amount":"5.00"}' --id cash-17 --expected-sequence 3
  $ evento command --file deposits.ndjson > answers.ndjson
  $ generate | evento command -

A line of a file: {"id": "d-1", "entity": "savings:1", "command_type": "ReceiveDeposit", "payload": {"amount": "5.00"}}
A business refusal is an event, and no error. Exit code 1: refused by the host, or parked.`,
    )
    .action(async (...given: [...PostArguments, Options]) => {
      const [entity, type, payload, options] = given;
      const target = postTarget([entity, type, payload], options.file);
      if (target.kind === "lines") await importLines("commands", { ...options, file: target.file }, terminal);
      else await postCommand(target.post, options, terminal);
    });
}
