// Commands that were given up: brought back one by one, or all of an aggregate type when a new version may know better.
import { EventoError } from "../errors.ts";
import type { CommandRecord, Journal } from "../ports/journal.ts";
import { commandRecords } from "./command-records.ts";
import type { Deployments } from "./deployments.ts";
import type { HostStream } from "./host-stream.ts";
import type { InFlight } from "./in-flight.ts";
import type { LogClock } from "./log-clock.ts";
import { PendingCommand } from "./pending.ts";
import { commandUnknown } from "./queries.ts";
import type { Turns } from "./turns.ts";

export class Parking {
  readonly #journal: Journal;
  readonly #clock: LogClock;
  readonly #deployments: Deployments;
  readonly #host: HostStream;
  readonly #inFlight: InFlight;
  readonly #turns: Turns;

  constructor(given: {
    journal: Journal;
    clock: LogClock;
    deployments: Deployments;
    host: HostStream;
    inFlight: InFlight;
    turns: Turns;
  }) {
    this.#journal = given.journal;
    this.#clock = given.clock;
    this.#deployments = given.deployments;
    this.#host = given.host;
    this.#inFlight = given.inFlight;
    this.#turns = given.turns;
  }

  /**
   * Makes a parked command pending again.
   *
   * @returns the command on its way.
   * @throws EventoError COMMAND_UNKNOWN; COMMAND_NOT_PARKED.
   */
  async retry(id: string): Promise<PendingCommand> {
    const record = await this.#journal.command(id);
    if (record === undefined) throw commandUnknown(id);
    if (record.status !== "parked" || this.#inFlight.get(id) !== undefined)
      throw new EventoError(
        "COMMAND_NOT_PARKED",
        `found the command ${id} ${record.status === "parked" ? "pending" : record.status}, expected it parked`,
      );
    return this.#again(record, "somebody asked for it");
  }

  /** Makes every parked command of an aggregate type pending again. */
  async retryAllOf(aggregateType: string, reason: string): Promise<void> {
    for await (const record of commandRecords(this.#journal, "parked")) {
      const { id, aggregate_type } = record.command;
      if (aggregate_type === aggregateType && this.#inFlight.get(id) === undefined) await this.#again(record, reason);
    }
  }

  /** Makes commands pending again that a new version was to retry when the host ended. */
  async retryAll(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const record = await this.#journal.command(id);
      if (record?.status === "parked") await this.#again(record, "a new version was deployed before the host started");
    }
  }

  async #again(record: CommandRecord, reason: string): Promise<PendingCommand> {
    const { command } = record;
    const pending = pendingOf({ ...record, attempts: 0 }, this.#deployments);
    // Before the wait, so that a second retry finds it on its way.
    this.#inFlight.add(pending);
    const time = this.#clock.now();
    const announced = this.#host.next(
      { type: "CommandRetried", payload: { command_id: command.id, reason } },
      {
        time,
        due: { cause: { kind: "command", id: command.id }, root_cause: command.root_cause, depth: command.depth + 1 },
      },
    );
    await this.#journal.append([{ kind: "retried", command_id: command.id, time }, announced]).durable;
    this.#turns.deliver(pending);
    return pending;
  }
}

/** A command of the log on its way again. */
export function pendingOf(record: CommandRecord, deployments: Deployments): PendingCommand {
  const { command, not_before, attempts } = record;
  const schema = deployments.schema(command.aggregate_type, record.schema);
  const pending = new PendingCommand({ command, schema, notBefore: not_before });
  pending.accepted = true;
  pending.durable = Promise.resolve();
  pending.attempts = attempts;
  return pending;
}
