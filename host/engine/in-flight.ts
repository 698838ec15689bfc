// The commands of the whole host between acceptance and end: bounded, and found by id.
import { EventoError } from "../errors.ts";
import { commandsPendingMax } from "../limits.ts";
import type { PendingCommand } from "./pending.ts";

export class InFlight {
  readonly #commands = new Map<string, PendingCommand>();

  get size(): number {
    return this.#commands.size;
  }

  get hasRoom(): boolean {
    return this.#commands.size < commandsPendingMax;
  }

  get(id: string): PendingCommand | undefined {
    return this.#commands.get(id);
  }

  /** @throws EventoError HOST_OVERLOADED (retryable) when a client's command finds no room. */
  requireRoom(): void {
    if (!this.hasRoom)
      throw new EventoError(
        "HOST_OVERLOADED",
        `found ${this.#commands.size} commands pending, expected fewer than ${commandsPendingMax}`,
        {
          retryable: true,
          hint: "try again after a while",
        },
      );
  }

  add(pending: PendingCommand): void {
    this.#commands.set(pending.command.id, pending);
  }

  remove(pending: PendingCommand): void {
    this.#commands.delete(pending.command.id);
  }
}
