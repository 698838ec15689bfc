// A disk of groups for the journal in memory. It can be held still, torn off and broken, as real ones are.
import type { LogStore, StoredGroup } from "../log-store.ts";

export class MemoryDisk implements LogStore {
  readonly #groups: Uint8Array[];
  readonly #sync: () => Promise<void>;
  /** The group that is being written. */
  #unsynced: Uint8Array | undefined;
  #crashed = false;

  /** @param sync - settles when a write is on disk; rejects to fail it. The default is at once. */
  constructor({
    sync = async () => {},
    groups = [],
  }: { sync?: () => Promise<void>; groups?: readonly Uint8Array[] } = {}) {
    this.#sync = sync;
    this.#groups = [...groups];
  }

  /** Groups that are on disk. */
  get groupCount(): number {
    return this.#groups.length;
  }

  /**
   * What is left after a crash; this disk takes nothing more, and its journal hears nothing more.
   *
   * @param unsynced - whether the group that was being written made it, unknown to its writer.
   */
  crash({ unsynced, sync }: { unsynced: "kept" | "lost"; sync?: () => Promise<void> }): MemoryDisk {
    this.#crashed = true;
    const kept = unsynced === "kept" && this.#unsynced !== undefined ? [this.#unsynced] : [];
    return new MemoryDisk({ sync: sync ?? this.#sync, groups: [...this.#groups, ...kept] });
  }

  async gather(_isMoreToCome: () => boolean): Promise<void> {}

  async put(group: number, value: Uint8Array): Promise<void> {
    this.#unsynced = value;
    await this.#sync();
    // The process is gone: nobody is told any more.
    if (this.#crashed) await new Promise(() => {});
    this.#unsynced = undefined;
    this.#groups[group - 1] = value;
  }

  async getMany(groups: readonly number[]): Promise<readonly (Uint8Array | undefined)[]> {
    return groups.map((group) => this.#groups[group - 1]);
  }

  async *after(group: number): AsyncGenerator<StoredGroup> {
    for (let number = group + 1; number <= this.#groups.length; number++) {
      const value = this.#groups[number - 1];
      if (value !== undefined) yield { number, value };
    }
  }
}
