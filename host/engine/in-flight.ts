// The commands of the whole host between acceptance and end: bounded, and found by id.
import { EventoError } from "../errors.ts";
import { commandBytesPendingMax, commandsPendingMax } from "../limits.ts";
import type { PendingCommand } from "./pending.ts";

export class InFlight {
  readonly #commands = new Map<string, PendingCommand>();
  /** Of payloads. */
  #bytes = 0;

  get size(): number {
    return this.#commands.size;
  }

  get hasRoom(): boolean {
    return this.#commands.size < commandsPendingMax && this.#bytes < commandBytesPendingMax;
  }

  get(id: string): PendingCommand | undefined {
    return this.#commands.get(id);
  }

  /** Whether a command of an aggregate type is among them. */
  has(aggregateType: string): boolean {
    return this.#commands.values().some(({ command }) => command.aggregate_type === aggregateType);
  }

  /** @throws EventoError HOST_OVERLOADED (retryable) when a client's command finds no room. */
  requireRoom(): void {
    if (!this.hasRoom)
      throw new EventoError(
        "HOST_OVERLOADED",
        `found ${this.#commands.size} commands with ${this.#bytes} bytes pending, expected fewer than ${commandsPendingMax} with less than ${commandBytesPendingMax}`,
        {
          retryable: true,
          hint: "try again after a while",
        },
      );
  }

  add(pending: PendingCommand): void {
    this.remove(pending);
    this.#commands.set(pending.command.id, pending);
    this.#bytes += pending.command.payload.length;
  }

  remove(pending: PendingCommand): void {
    const { id } = pending.command;
    const known = this.#commands.get(id);
    if (known === undefined) return;
    this.#commands.delete(id);
    this.#bytes -= known.command.payload.length;
  }
}
