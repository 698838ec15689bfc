// The causation tree: everything that followed from one call from outside.
import { EventoError } from "../errors.ts";
import { traceBytesMax } from "../limits.ts";
import type { CommandRecord, Journal } from "../ports/journal.ts";
import type { StoredEvent } from "../domain/envelope.ts";
import type { Deployments } from "./deployments.ts";
import { commandJsonOf, eventJsonOf, type CommandJson, type EventJson } from "./views.ts";

/** Commands of one tree that are shown. */
const commandsMax = 10_000;

export type CommandNode = {
  readonly kind: "command";
  readonly command: CommandJson;
  readonly status: CommandRecord["status"];
  readonly attempts: number;
  readonly last_error: string | null;
  readonly children: readonly EventNode[];
};
export type EventNode = {
  readonly kind: "event";
  readonly event: EventJson;
  readonly children: readonly CommandNode[];
};
export type Trace = {
  readonly kind: "external";
  /** Id of the call from outside. */
  readonly id: string;
  readonly children: readonly (CommandNode | EventNode)[];
  /** True when the tree has more commands than are shown. */
  readonly truncated: boolean;
};

/**
 * The tree that a command or event belongs to.
 *
 * @throws EventoError TRACE_UNKNOWN when no command or event has the id.
 */
export async function traceOf(
  id: string,
  { journal, deployments }: { journal: Journal; deployments: Deployments },
): Promise<Trace> {
  const start = (await journal.command(id))?.command ?? (await journal.event(id));
  if (start === undefined)
    throw new EventoError("TRACE_UNKNOWN", `found no command or event with the id ${JSON.stringify(id.slice(0, 200))}`);
  const root = start.root_cause;
  const rootCommand = await journal.command(root);
  const rootEvent = rootCommand === undefined ? await rootEventOf(root, start, journal) : undefined;
  // One more than is shown of either, so that it is known whether there are more.
  const deeper = await journal.commandsUnder(root, { limit: commandsMax + 1, bytesMax: traceBytesMax + 1 });
  const shown = withinBytes(deeper.slice(0, commandsMax));
  const byCause = Map.groupBy(shown, (record) => record.command.cause.id);

  const eventNode = (event: StoredEvent): EventNode => ({
    kind: "event",
    event: eventJsonOf(event, deployments),
    children: (byCause.get(event.id) ?? []).map(commandNode),
  });
  const commandNode = (record: CommandRecord): CommandNode => ({
    kind: "command",
    command: commandJsonOf(
      record.command,
      record.not_before,
      deployments.schema(record.command.aggregate_type, record.schema),
    ),
    status: record.status,
    attempts: record.attempts,
    last_error: record.last_error,
    children: record.events.map(eventNode),
  });
  const children: (CommandNode | EventNode)[] = [];
  if (rootCommand !== undefined) children.push(commandNode(rootCommand));
  if (rootEvent !== undefined) children.push(eventNode(rootEvent));
  return { kind: "external", id: root, children, truncated: deeper.length > shown.length };
}

/** The first commands, until their payloads and those of their events are `traceBytesMax` long. */
function withinBytes(records: readonly CommandRecord[]): readonly CommandRecord[] {
  let bytes = 0;
  const end = records.findIndex(({ command, events }) => {
    bytes += command.payload.length + events.reduce((sum, { payload }) => sum + payload.length, 0);
    return bytes > traceBytesMax;
  });
  return end === -1 ? records : records.slice(0, end);
}

/** The outside event with the id of the call; or, for a call that was no post (a deployment), the event asked for. */
async function rootEventOf(root: string, start: { id: string }, journal: Journal): Promise<StoredEvent | undefined> {
  return (await journal.event(root)) ?? (await journal.event(start.id));
}
