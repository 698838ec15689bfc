// `evento parked`: the commands that were given up, and another try.
import { EventoError } from "../../errors.ts";
import { commandLines } from "../command-text.ts";
import type { Context } from "../context.ts";
import { usageError } from "../exit-code.ts";
import type { HostClient } from "../../client/host-client.ts";
import { clientOf, withHostOptions, type HostOptions } from "../host-option.ts";
import { fieldOf, textField } from "../../client/json-fields.ts";
import { printList, rowsOf, type ListOptions, type Pages } from "../list.ts";
import { wholeNumber } from "../numbers.ts";
import type { Terminal } from "../terminal.ts";

type RetryOptions = HostOptions & { readonly all?: boolean };

export function addParked({ program, terminal }: Context): void {
  const parked = program
    .command("parked")
    .description("list the commands that were given up, and retry them")
    .addHelpText(
      "after",
      `
Examples:
  $ evento parked                     all of them, with the reason
  $ evento parked retry transfer-17
  $ evento parked retry --all

Deploying a new version of a function retries what was parked under the old one.`,
    );
  const list = parked
    .command("list", { isDefault: true })
    .description("list parked commands (the default)")
    .option("--after <id>", "go on after this one")
    .option("--limit <n>", "list no more than this", wholeNumber);
  withHostOptions(list)
    .addHelpText("after", "\nExample:\n  $ evento parked list --json | jq -r '.command.id + \" \" + .last_error'")
    .action(async (options: HostOptions & ListOptions) => {
      await printList(parkedPages(clientOf(options)), options, terminal, [
        { heading: "ID", text: (row) => textField(fieldOf(row, "command"), "id") },
        { heading: "COMMAND", text: (row) => textField(fieldOf(row, "command"), "command_type") },
        { heading: "ENTITY", text: (row) => textField(fieldOf(row, "command"), "entity") },
        { heading: "TRIES", text: (row) => textField(row, "attempts"), align: "right" },
        { heading: "LAST ERROR", text: (row) => textField(row, "last_error") },
      ]);
    });
  const retry = parked
    .command("retry")
    .description("make parked commands pending again")
    .argument("[id...]", "their ids")
    .option("--all", "retry every parked command");
  withHostOptions(retry)
    .addHelpText("after", "\nExamples:\n  $ evento parked retry transfer-17\n  $ evento parked retry --all")
    .action(async (ids: readonly string[], options: RetryOptions) => {
      if ((ids.length === 0) === (options.all !== true))
        throw usageError("expected either ids or --all", "`evento parked` lists the ids");
      await retryAll(options.all === true ? await parkedIds(clientOf(options)) : ids, options, terminal);
    });
}

function parkedPages(client: HostClient): Pages {
  return { client, path: ["commands"], query: { status: "parked" }, member: "commands", key: "command.id" };
}

/** The ids before the first retry: what is parked again meanwhile is not taken twice. */
async function parkedIds(client: HostClient): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const row of rowsOf(parkedPages(client), { limit: Number.POSITIVE_INFINITY, after: undefined }))
    ids.push(textField(fieldOf(row, "command"), "id"));
  return ids;
}

async function retryAll(ids: readonly string[], options: HostOptions, terminal: Terminal): Promise<void> {
  const client = clientOf(options);
  let parkedAgain = 0;
  for (const id of ids) {
    const view = await client.json({ method: "POST", path: ["commands", id, "retry"] });
    if (textField(view, "status") === "parked") parkedAgain += 1;
    if (!terminal.isForPerson(options)) terminal.json(view);
    else for (const line of commandLines(view, terminal)) terminal.result(line);
  }
  if (ids.length === 0) terminal.note("nothing is parked");
  if (parkedAgain > 0)
    throw new EventoError("COMMAND_PARKED", `${parkedAgain} of ${ids.length} commands were parked again`, {
      hint: "mend and deploy the function; `evento functions NAME` shows its last errors",
    });
}
