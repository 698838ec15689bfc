// Hands records to the engine, one after the other, and keeps what it refuses with the reason.
import type { CommandPost, EventPost } from "../../engine/intake.ts";
import { EventoError } from "../../errors.ts";
import type { SchemaIds } from "../../registry/schema-ids.ts";
import type { Wake } from "../wake.ts";
import { readIncoming, type IncomingRecord } from "./incoming-record.ts";

/** What takes drafts in: the engine. */
export interface Door {
  post(post: CommandPost): Promise<{ readonly durable: Promise<unknown>; readonly outcome: () => Promise<unknown> }>;
  postEvent(post: EventPost): Promise<{ readonly outcome: () => Promise<unknown> }>;
}

export interface Letters {
  keep(record: IncomingRecord, error: EventoError): Promise<void>;
}

/** A record that was handed over. `settled` settles when its effect, or its letter, is safe. */
export type HandedOver = { readonly settled: Promise<void> };

const waitMsMin = 50;
const waitMsMax = 2_000;

export class RecordIntake {
  readonly #door: Door;
  readonly #schemas: Pick<SchemaIds, "recordOf">;
  readonly #wake: Wake;
  readonly #onWait: (error: EventoError) => void;
  #taken = 0;
  #refused = 0;

  /** @param given - `wake` is of the loop that this is part of; `onWait` is told why a record has to wait. */
  constructor(given: {
    door: Door;
    schemas: Pick<SchemaIds, "recordOf">;
    wake: Wake;
    onWait: (error: EventoError) => void;
  }) {
    this.#door = given.door;
    this.#schemas = given.schemas;
    this.#wake = given.wake;
    this.#onWait = given.onWait;
  }

  /** Records since the start: taken in, and refused. */
  get counts(): { readonly taken: number; readonly refused: number } {
    return { taken: this.#taken, refused: this.#refused };
  }

  /**
   * Hands a record over, trying again as long as the engine has no room for it.
   *
   * @param mayGoOn - asked before each try.
   * @returns undefined when it may not go on.
   */
  async handOver(
    record: IncomingRecord,
    letters: Letters,
    mayGoOn: () => Promise<boolean>,
  ): Promise<HandedOver | undefined> {
    for (let waitMs = waitMsMin; await mayGoOn(); waitMs = Math.min(waitMsMax, waitMs * 2)) {
      try {
        const effect = await this.#post(record);
        return { settled: this.#settle(record, letters, effect) };
      } catch (error) {
        if (!(error instanceof EventoError) || !error.retryable)
          return { settled: this.#refuse(record, letters, error) };
        this.#onWait(error);
        await this.#wake.after(waitMs);
      }
    }
    return undefined;
  }

  async #post(record: IncomingRecord): Promise<() => Promise<unknown>> {
    const incoming = await readIncoming(record, this.#schemas);
    if (incoming.kind === "event") {
      const posted = await this.#door.postEvent(incoming.post);
      return () => posted.outcome();
    }
    const posted = await this.#door.post(incoming.post);
    // One that expects a sequence may be refused when its turn comes, and then it is nowhere.
    return incoming.post.expected_sequence === undefined ? () => posted.durable : () => posted.outcome();
  }

  async #settle(record: IncomingRecord, letters: Letters, effect: () => Promise<unknown>): Promise<void> {
    try {
      await effect();
      this.#taken += 1;
    } catch (error) {
      await this.#refuse(record, letters, error);
    }
  }

  async #refuse(record: IncomingRecord, letters: Letters, error: unknown): Promise<void> {
    // Anything else is a defect or the end of the journal: the record is read again.
    if (!(error instanceof EventoError) || error.retryable || error.code.startsWith("JOURNAL")) throw error;
    await letters.keep(record, error);
    this.#refused += 1;
  }
}
