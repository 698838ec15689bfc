// The aggregates in memory. Idle ones are kept for their state and let go, the longest unused first, past a bound of count or bytes.
import type { Journal } from "../ports/journal.ts";
import { aggregateBytesCachedMax, aggregatesCachedMax } from "../limits.ts";
import { Mailbox } from "./mailbox.ts";

/** What a mailbox costs beside its state, about. */
const mailboxBytes = 1_000;

export class Mailboxes {
  readonly #journal: Journal;
  /** In the order of use: the first is the longest unused. */
  readonly #mailboxes = new Map<string, Mailbox>();
  readonly #bytes = new Map<string, number>();
  #bytesTotal = 0;

  constructor({ journal }: { journal: Journal }) {
    this.#journal = journal;
  }

  get(aggregate: string): Mailbox | undefined {
    return this.#mailboxes.get(aggregate);
  }

  /** The mailbox of an aggregate, made when there is none, and marked as used now. */
  use(aggregate: string, aggregateType: string): Mailbox {
    const known = this.#mailboxes.get(aggregate);
    const mailbox = known ?? new Mailbox(aggregate, aggregateType);
    if (known !== undefined) this.#mailboxes.delete(aggregate);
    this.#mailboxes.set(aggregate, mailbox);
    return mailbox;
  }

  /** Whether anything waits or is under way in a mailbox of an aggregate type. */
  isInUse(aggregateType: string): boolean {
    return this.#mailboxes.values().some((mailbox) => mailbox.aggregateType === aggregateType && !mailbox.idle);
  }

  /** Accounts for the state of a mailbox whose turn ended, and lets go of idle ones past the bounds. */
  settle(mailbox: Mailbox): void {
    const bytes = mailboxBytes + (mailbox.folded?.state?.length ?? 0);
    this.#bytesTotal += bytes - (this.#bytes.get(mailbox.aggregate) ?? 0);
    this.#bytes.set(mailbox.aggregate, bytes);
    if (this.#mailboxes.size <= aggregatesCachedMax && this.#bytesTotal <= aggregateBytesCachedMax) return;
    for (const candidate of this.#mailboxes.values()) {
      if (this.#mailboxes.size <= aggregatesCachedMax && this.#bytesTotal <= aggregateBytesCachedMax) return;
      if (candidate.idle) this.#forget(candidate);
    }
  }

  /** Keeps every state for the next start. */
  keepAll(): void {
    for (const mailbox of this.#mailboxes.values()) if (mailbox.idle) this.#keep(mailbox);
  }

  #forget(mailbox: Mailbox): void {
    this.#keep(mailbox);
    this.#mailboxes.delete(mailbox.aggregate);
    this.#bytesTotal -= this.#bytes.get(mailbox.aggregate) ?? 0;
    this.#bytes.delete(mailbox.aggregate);
  }

  #keep({ folded }: Mailbox): void {
    if (folded === undefined || folded.state === null) return;
    const { references: _, state, ...rest } = folded;
    this.#journal.keepState({ ...rest, state });
  }
}
