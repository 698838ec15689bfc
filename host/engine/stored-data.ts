// Whether anything of an aggregate type was ever written, or is about to be. Until then its schema may still change in any way.
import type { Journal } from "../ports/journal.ts";
import { commandRecords } from "./command-records.ts";
import type { InFlight } from "./in-flight.ts";
import type { Mailboxes } from "./mailboxes.ts";

/** Parked commands that are looked through; a host with more of them is taken to have what is looked for. */
const parkedMax = 10_000;

export class StoredData {
  readonly #journal: Journal;
  readonly #inFlight: InFlight;
  readonly #mailboxes: Mailboxes;

  constructor(given: { journal: Journal; inFlight: InFlight; mailboxes: Mailboxes }) {
    this.#journal = given.journal;
    this.#inFlight = given.inFlight;
    this.#mailboxes = given.mailboxes;
  }

  async holds(aggregateType: string): Promise<boolean> {
    if (this.#isUnderWay(aggregateType)) return true;
    const aggregates = await this.#journal.aggregates(aggregateType, { after: "", limit: 1 });
    if (aggregates.length > 0 || (await this.#hasParked(aggregateType))) return true;
    // What came while the journal was read is not on the disk yet: that takes longer than a read.
    return this.#isUnderWay(aggregateType);
  }

  #isUnderWay(aggregateType: string): boolean {
    return this.#inFlight.has(aggregateType) || this.#mailboxes.isInUse(aggregateType);
  }

  async #hasParked(aggregateType: string): Promise<boolean> {
    let count = 0;
    for await (const { command } of commandRecords(this.#journal, "parked"))
      if (command.aggregate_type === aggregateType || ++count === parkedMax) return true;
    return false;
  }
}
