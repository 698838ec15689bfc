// Refused calls as events of Evento's own history. The first of its kind is told at once; what follows within a minute is counted
// and told together, and past a number of kinds all others count as one: no flood of bad calls fills the log.
import type { RefusedAccess } from "../domain/host-state.ts";
import { refusalKindsMax } from "../limits.ts";

/** What was refused to whom. */
export type Refusal = Omit<RefusedAccess, "count" | "since">;

const others: Refusal = { code: "FORBIDDEN", caller: "", address: "", method: "", route: "", scope: null };
const windowMs = 60_000;

export class Refusals {
  readonly #record: (refusals: readonly RefusedAccess[]) => Promise<void>;
  readonly #kinds = new Map<string, { refusal: Refusal; count: number; since: number }>();
  #timer: NodeJS.Timeout | undefined;
  #recording: Promise<void> = Promise.resolve();

  /** @param record - never rejects */
  constructor({ record }: { record: (refusals: readonly RefusedAccess[]) => Promise<void> }) {
    this.#record = record;
  }

  add(refusal: Refusal): void {
    // Opened by the first refusal, so that a host which refuses nothing has no timer.
    this.#timer ??= setTimeout(() => this.#flush(), windowMs).unref();
    const kind = this.#kindOf(refusal);
    const known = this.#kinds.get(kind);
    if (known !== undefined) {
      known.count += 1;
      return;
    }
    if (kind === "") {
      this.#kinds.set(kind, { refusal: others, count: 1, since: Date.now() });
      return;
    }
    this.#kinds.set(kind, { refusal, count: 0, since: Date.now() });
    this.#tell([{ ...refusal, count: 1, since: new Date().toISOString() }]);
  }

  /** Tells what was counted and not told. Idempotent. */
  async close(): Promise<void> {
    this.#flush();
    await this.#recording;
  }

  #kindOf(refusal: Refusal): string {
    const kind = JSON.stringify(Object.values(refusal));
    return this.#kinds.has(kind) || this.#kinds.size < refusalKindsMax ? kind : "";
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const counted = [...this.#kinds.values()].filter(({ count }) => count > 0);
    this.#kinds.clear();
    this.#tell(
      counted.map(({ refusal, count, since }) => ({ ...refusal, count, since: new Date(since).toISOString() })),
    );
  }

  #tell(refusals: readonly RefusedAccess[]): void {
    if (refusals.length === 0) return;
    this.#recording = this.#recording.then(() => this.#record(refusals));
  }
}
