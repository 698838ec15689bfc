// Watches the free room of a disk, so that new work is refused long before a write fails: a failed write ends the host, and reads
// with it. Below the floor the disk is low, and so it stays until there is a quarter more than that: each refused or accepted
// command would else turn it over.
import { statfs } from "node:fs/promises";

import { EventoError } from "./errors.ts";
import type { Clock } from "./ports/clock.ts";
import type { DiskRoom } from "./ports/disk.ts";

/** At what a disk takes in a second, much less than the smallest sensible floor is written between two looks. */
const lookMs = 250;
const recoveredFactor = 1.25;

export type DiskSpaceOptions = {
  /** Room that has to stay free, in bytes. */
  readonly floorBytes: number;
  /** Free bytes now. */
  readonly measure: () => Promise<number>;
  readonly clock: Pick<Clock, "schedule">;
  /** Called when the disk has become low, and when it is no longer. */
  readonly onChange: (change: { readonly low: boolean; readonly freeBytes: number }) => void;
  /** Called when the room can't be found out: what was known last holds on. */
  readonly onFailure: (error: unknown) => void;
};

/** Bytes that a process without privileges can still write beside a file. */
export async function freeBytesAt(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

export class DiskSpace implements DiskRoom {
  readonly #options: DiskSpaceOptions;
  #freeBytes = Number.POSITIVE_INFINITY;
  #low = false;
  #failed = false;
  #looking: Promise<void> | undefined;
  #cancel: (() => void) | undefined;
  #closed = false;

  private constructor(options: DiskSpaceOptions) {
    this.#options = options;
  }

  /** Looks once, and on until `close`. */
  static async open(options: DiskSpaceOptions): Promise<DiskSpace> {
    const space = new DiskSpace(options);
    await space.#look();
    space.#lookLater();
    return space;
  }

  /** Why nothing new is taken in; empty while there is room. */
  get reason(): string {
    if (!this.#low) return "";
    return `found ${mib(this.#freeBytes)} MiB free on the disk of the data directory, expected ${mib(this.#options.floorBytes)} MiB or more`;
  }

  /** Free room and the least there has to be, in bytes, when it was last looked at. */
  get room(): { readonly freeBytes: number; readonly floorBytes: number } {
    return { freeBytes: this.#freeBytes, floorBytes: this.#options.floorBytes };
  }

  requireRoom(): void {
    if (!this.#low) return;
    throw new EventoError("DISK_LOW", this.reason, {
      retryable: true,
      hint: "free some room, or give the data directory a larger disk; reads go on, and what was accepted goes to its end",
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel?.();
    await this.#looking;
  }

  #lookLater(): void {
    if (this.#closed) return;
    this.#cancel = this.#options.clock.schedule(lookMs, () => {
      this.#looking = this.#look().finally(() => this.#lookLater());
    });
  }

  async #look(): Promise<void> {
    const { floorBytes, measure, onChange, onFailure } = this.#options;
    try {
      this.#freeBytes = await measure();
      this.#failed = false;
    } catch (error) {
      if (!this.#failed) onFailure(error);
      this.#failed = true;
      return;
    }
    const low = this.#freeBytes < (this.#low ? floorBytes * recoveredFactor : floorBytes);
    if (low === this.#low) return;
    this.#low = low;
    onChange({ low, freeBytes: this.#freeBytes });
  }
}

function mib(bytes: number): number {
  return Math.floor(bytes / 2 ** 20);
}
