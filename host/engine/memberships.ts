// Which aggregate an entity inside an aggregate belongs to: the first that had an event about it, for ever.
import type { Journal } from "../ports/journal.ts";

export type Claim =
  | { readonly kind: "claimed" }
  | { readonly kind: "held" }
  | { readonly kind: "taken"; readonly owner: string };

export class Memberships {
  readonly #journal: Journal;
  /** Claims of turns that are not durable yet: what the journal can't know. */
  readonly #claims = new Map<string, string>();

  constructor({ journal }: { journal: Journal }) {
    this.#journal = journal;
  }

  /** The aggregate that the entity durably belongs to. */
  aggregateOf(entity: string): Promise<string | undefined> {
    return this.#journal.aggregateOf(entity);
  }

  /**
   * Claims an entity for an aggregate, against all turns under way. A new claim holds until `release`.
   *
   * @returns whose it is: `claimed` by this call, `held` by the aggregate already, or the other aggregate's.
   */
  async claim(entity: string, aggregate: string): Promise<Claim> {
    const holder = this.#claims.get(entity);
    if (holder !== undefined) return holder === aggregate ? { kind: "held" } : { kind: "taken", owner: holder };
    // The claim comes before the look-up, so that no second one can come between the look-up and the append.
    this.#claims.set(entity, aggregate);
    const owner = await this.#journal.aggregateOf(entity);
    if (owner === undefined) return { kind: "claimed" };
    this.#claims.delete(entity);
    return owner === aggregate ? { kind: "held" } : { kind: "taken", owner };
  }

  /** Ends claims: their events are durable, or were never appended. */
  release(entities: Iterable<string>): void {
    for (const entity of entities) this.#claims.delete(entity);
  }
}
