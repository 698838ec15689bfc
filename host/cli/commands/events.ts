// `evento events`: the log, or what is added to it from now on.
import { eventLine } from "../command-text.ts";
import type { Context } from "../context.ts";
import { followEvents } from "../../client/event-source.ts";
import type { Query } from "../../client/host-client.ts";
import { clientOf, withHostOptions, type HostOptions } from "../host-option.ts";
import { numberField, textField } from "../../client/json-fields.ts";
import { wholeNumber } from "../numbers.ts";
import type { Terminal } from "../terminal.ts";

/** Events on a terminal when no limit is given. */
const eventsOnTerminalDefault = 200;

type Options = HostOptions & {
  readonly after?: number;
  readonly limit?: number;
  readonly aggregate?: string;
  readonly aggregateType?: string;
  readonly type?: string;
  readonly entity?: string;
  readonly follow?: boolean;
};

export function addEvents({ program, terminal }: Context): void {
  const command = program
    .command("events")
    .description("read the log, or follow it")
    .option("--after <position>", "start after this position (default: 0; with --follow: the end)", wholeNumber)
    .option("--limit <n>", "print no more than this (default: all; on a terminal 200)", wholeNumber)
    .option("--aggregate <entity>", "only events of this aggregate, such as savings:1")
    .option("--aggregate-type <aggregate>", "only events of this type of aggregate, such as SavingsAccount")
    .option("--type <event>", "only events of this type, such as DepositReceived")
    .option("--entity <entity>", "only events about this entity")
    .option("-f, --follow", "go on with events as they happen; reconnects without a gap");
  withHostOptions(command)
    .addHelpText(
      "after",
      `
Examples:
  $ evento events --aggregate savings:1
  $ evento events --follow --type DepositReceived
  $ evento events --after 0 --follow > log.ndjson
  $ evento events | jq -r .event_type | sort | uniq -c`,
    )
    .action(async (options: Options) => {
      const limit = options.limit ?? (terminal.isForPerson(options) ? eventsOnTerminalDefault : undefined);
      if (options.follow === true) await follow(options, terminal);
      else await read(options, limit ?? Number.POSITIVE_INFINITY, terminal);
    });
}

async function read(options: Options, limit: number, terminal: Terminal): Promise<void> {
  const lines = clientOf(options).lines({
    method: "GET",
    path: ["events"],
    query: { after: options.after, ...filterOf(options) },
    headers: { accept: "application/x-ndjson" },
  });
  let printed = 0;
  let last = 0;
  for await (const line of lines) {
    if (printed === limit) {
      if (options.limit === undefined) terminal.note(`there are more: go on with --after ${last}`);
      return;
    }
    printed += 1;
    last = print(line, options, terminal);
  }
}

async function follow(options: Options, terminal: Terminal): Promise<void> {
  const client = clientOf(options);
  const events = followEvents(client, {
    after: options.after,
    filter: filterOf(options),
    onBreak: (reason) => terminal.note(`the connection broke (${reason}), connecting again`),
  });
  let printed = 0;
  for await (const line of events) {
    print(line, options, terminal);
    printed += 1;
    if (printed === options.limit) return;
  }
}

/** Prints one event; returns its position. */
function print(line: string, options: Options, terminal: Terminal): number {
  const event: unknown = JSON.parse(line);
  const position = numberField(event, "position");
  if (!terminal.isForPerson(options)) terminal.result(line);
  else {
    const head = `${textField(event, "time")} ${String(position).padStart(6)}`;
    terminal.result(`${terminal.styled(head, "faint")} ${eventLine(event, terminal, head.length + 1)}`);
  }
  return position;
}

function filterOf(options: Options): Query {
  return {
    aggregate: options.aggregate,
    aggregate_type: options.aggregateType,
    event_type: options.type,
    entity: options.entity,
  };
}
