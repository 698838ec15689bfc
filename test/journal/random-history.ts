// Histories that any engine could have written, drawn by fast-check: every entry is one that may follow those before.
import * as fc from "fast-check";

import type { JournalEntry } from "../../host/ports/journal.ts";
import { commandEntry, eventEntry, outcomeEntry, outsideEventEntry, startTime } from "./sample-entries.ts";
import type { JournalNames } from "./all-answers.ts";

/** What to do next, as numbers that a history turns into what is possible then. */
export type Step =
  | { readonly kind: "append"; readonly choices: readonly (readonly [number, number])[] }
  | { readonly kind: "reopen" };

export const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant("append" as const),
        choices: fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 4 }),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: "reopen" as const }) },
  ),
  { maxLength: 60 },
);

const aggregates = ["savings:a", "savings:a1", "client:a"];
const dispatchers = ["interest", "interests"];
/** The entity inside each aggregate. */
const entities = ["card:1", "card:11", "card:111"];

type Status = "pending" | "parked" | "done";

export class RandomHistory {
  readonly #statuses = new Map<string, Status>();
  readonly #sequences = new Map<string, number>();
  readonly #commands = new Map<string, ReturnType<typeof commandEntry>>();
  #events = 0;

  /** All that occurs so far. */
  get names(): JournalNames {
    const commands = [...this.#commands.keys(), "nobody"];
    return {
      commands,
      events: [...commands.flatMap((id) => [`${id}!0`, `${id}!1`]), ...Array.from({ length: this.#events }, outsideId)],
      aggregates,
      types: ["SavingsAccount", "Client"],
      entities: [...entities, ...aggregates],
      dispatchers,
    };
  }

  /** Entries of one append. */
  entriesOf(choices: readonly (readonly [number, number])[]): JournalEntry[] {
    return choices.flatMap(([what, which]) => this.#entriesFor(what, which));
  }

  #entriesFor(what: number, which: number): JournalEntry[] {
    const makers: ((which: number) => JournalEntry[])[] = [
      (which) => this.#accept(which),
      (which) => this.#finish(which),
      (which) => this.#outside(which),
      (which) => this.#fail(which),
      (which) => this.#park(which),
      (which) => this.#retry(which),
      (which) => this.#dispatch(which),
      (which) => this.#refer(which),
    ];
    return makers[what % makers.length]?.(which) ?? [];
  }

  #accept(which: number): JournalEntry[] {
    // Ids in another order than that of their acceptance.
    const id = `${(which * 7) % 10}c${this.#commands.size}`;
    const [parent] = this.#commands.keys();
    const entry = commandEntry(id, {
      aggregate: of(aggregates, which),
      aggregate_type: of(aggregates, which).startsWith("client") ? "Client" : "SavingsAccount",
      ...(parent !== undefined && which % 3 === 0 ? { root_cause: parent, depth: 2 } : {}),
    });
    this.#commands.set(id, entry);
    this.#statuses.set(id, "pending");
    return [entry];
  }

  #finish(which: number): JournalEntry[] {
    const entry = this.#commandIn("pending", which);
    if (entry === undefined) return this.#accept(which);
    const { command } = entry;
    this.#statuses.set(command.id, "done");
    const count = which % 3;
    const events = Array.from({ length: count }, (_, index) =>
      eventEntry(command, this.#nextSequence(command.aggregate), {
        index,
        entity: this.#entityIn(command.aggregate, which),
      }),
    );
    return [...events, outcomeEntry(command.id, { event_count: count })];
  }

  #outside(which: number): JournalEntry[] {
    const aggregate = of(aggregates, which);
    const aggregate_type = aggregate.startsWith("client") ? "Client" : "SavingsAccount";
    const id = outsideId(undefined, this.#events++);
    return [outsideEventEntry(id, aggregate, this.#nextSequence(aggregate), { aggregate_type })];
  }

  #fail(which: number): JournalEntry[] {
    const entry = this.#commandIn("pending", which);
    if (entry === undefined) return this.#accept(which);
    return [
      { kind: "attempt", command_id: entry.command.id, attempt: 1 + (which % 5), reason: `${which}`, time: startTime },
    ];
  }

  #park(which: number): JournalEntry[] {
    const entry = this.#commandIn("pending", which);
    if (entry === undefined) return this.#accept(which);
    this.#statuses.set(entry.command.id, "parked");
    return [
      { kind: "parked", command_id: entry.command.id, attempts: 1 + (which % 5), reason: `${which}`, time: startTime },
    ];
  }

  #retry(which: number): JournalEntry[] {
    const entry = this.#commandIn("parked", which);
    if (entry === undefined) return this.#park(which);
    this.#statuses.set(entry.command.id, "pending");
    return [{ kind: "retried", command_id: entry.command.id, time: startTime }];
  }

  #dispatch(which: number): JournalEntry[] {
    const dispatcher = of(dispatchers, which);
    const position = 1 + (which % 5);
    const entries: JournalEntry[] = [
      { kind: "cursor", dispatcher, position },
      { kind: "cursor-removed", dispatcher },
      { kind: "dispatch-parked", dispatcher, position, reason: `${which}` },
      { kind: "dispatch-retried", dispatcher, position },
    ];
    return [of(entries, which >>> 3)];
  }

  #refer(which: number): JournalEntry[] {
    const aggregate = of(aggregates, which);
    const entity = of(entities, which >>> 2);
    return which % 2 === 0
      ? [{ kind: "references", aggregate, added: [entity], removed: [] }]
      : [{ kind: "references", aggregate, added: [], removed: [entity] }];
  }

  #commandIn(status: Status, which: number) {
    const ids = [...this.#statuses].filter(([, each]) => each === status).map(([id]) => id);
    const id = ids[which % ids.length];
    return id === undefined ? undefined : this.#commands.get(id);
  }

  /** The aggregate itself, or the entity inside it. */
  #entityIn(aggregate: string, which: number): string {
    return which % 2 === 0 ? aggregate : of(entities, aggregates.indexOf(aggregate));
  }

  #nextSequence(aggregate: string): number {
    const sequence = (this.#sequences.get(aggregate) ?? 0) + 1;
    this.#sequences.set(aggregate, sequence);
    return sequence;
  }
}

function of<Item>(items: readonly Item[], which: number): Item {
  const item = items[which % items.length];
  if (item === undefined) throw new Error("expected items");
  return item;
}

function outsideId(_: unknown, index: number): string {
  return `outside-${index}`;
}
