// `evento aggregate`: a state, now or then; or which aggregates there are.
import type { Context } from "../context.ts";
import { usageError } from "../exit-code.ts";
import type { Query } from "../../client/host-client.ts";
import { clientOf, withHostOptions, type HostOptions } from "../host-option.ts";
import { fieldOf, textField } from "../../client/json-fields.ts";
import { wholeNumber } from "../numbers.ts";
import { printList, type ListOptions } from "../list.ts";
import type { Terminal } from "../terminal.ts";
import { visibleText } from "../visible-text.ts";

type Options = HostOptions & ListOptions & { readonly at?: string; readonly type?: string };

export function addAggregate({ program, terminal }: Context): void {
  const command = program
    .command("aggregate")
    .description("show an aggregate's state, now or at a moment of its past")
    .argument("[entity]", "its root or any entity in it, such as savings:1")
    .option("--at <moment>", "a sequence such as 7, or a time such as 2026-01-31T12:00:00Z")
    .option("--type <aggregate>", "list the aggregates of a type instead, such as SavingsAccount")
    .option("--after <entity>", "with --type: go on after this one")
    .option("--limit <n>", "with --type: list no more than this", wholeNumber);
  withHostOptions(command)
    .addHelpText(
      "after",
      `
Examples:
  $ evento aggregate savings:1
  $ evento aggregate savings:1 --at 7
  $ evento aggregate savings:1 --at 2026-01-31T12:00:00Z
  $ evento aggregate --type SavingsAccount --limit 20`,
    )
    .action(async (entity: string | undefined, options: Options) => {
      if (options.type !== undefined && entity === undefined) return listAggregates(options.type, options, terminal);
      if (entity === undefined || options.type !== undefined)
        throw usageError("expected either an entity or --type", "see --help for examples");
      const view = await clientOf(options).get(["aggregates", entity], momentOf(options.at));
      if (terminal.isForPerson(options)) printAggregate(view, terminal);
      else terminal.json(view);
    });
}

async function listAggregates(type: string, options: Options, terminal: Terminal): Promise<void> {
  const page = {
    client: clientOf(options),
    path: ["aggregates"],
    query: { aggregate_type: type },
    member: "aggregates",
    key: "aggregate",
  };
  await printList(page, options, terminal, [
    { heading: "AGGREGATE", text: (row) => textField(row, "aggregate") },
    { heading: "SEQUENCE", text: (row) => textField(row, "sequence"), align: "right" },
  ]);
}

function momentOf(at: string | undefined): Query {
  if (at === undefined) return {};
  return /^\d+$/.test(at) ? { at_sequence: at } : { at_time: at };
}

function printAggregate(view: unknown, terminal: Terminal): void {
  const name = terminal.styled(visibleText(textField(view, "aggregate")), "name");
  const type = terminal.styled(visibleText(textField(view, "aggregate_type")), "strong");
  terminal.result(`${type} ${name} #${textField(view, "sequence")}`);
  for (const line of JSON.stringify(fieldOf(view, "state"), null, 2).split("\n")) terminal.result(visibleText(line));
}
