// A host whose syncs are watched or fail, by a preloaded library, and what a loss of power then leaves of its files.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { lengthsIn, losePower, type Lengths } from "../journal/power-loss.ts";
import { makeLibrary } from "../preloaded-library.ts";
import type { Bench, Siege } from "./siege.ts";

const source = fileURLToPath(new URL("../journal/synced-files.c", import.meta.url));

export class DiskShim {
  readonly #library: string;
  readonly #notes: string;
  #before: Lengths = new Map();

  private constructor({ library, notes }: { library: string; notes: string }) {
    this.#library = library;
    this.#notes = notes;
  }

  static async make({ folder }: Pick<Bench, "folder">): Promise<DiskShim> {
    const library = await makeLibrary(source, folder);
    if (library === undefined) throw new Error("the library can't be made");
    return new DiskShim({ library, notes: join(folder, "synced-lengths") });
  }

  /** Variables for the next host; what is on disk now counts as synced. */
  async environment({ data }: Siege, given: { failsAt?: number } = {}): Promise<{ readonly [name: string]: string }> {
    this.#before = await lengthsIn(data);
    await writeFile(this.#notes, "");
    const fails = given.failsAt === undefined ? {} : { SYNC_FAILS_AT: String(given.failsAt) };
    return { LD_PRELOAD: this.#library, SYNCED_UNDER: data, SYNCED_NOTES: this.#notes, ...fails };
  }

  /** After the host's end. @param share - of what was not synced, drawn for each file. @returns bytes that were lost */
  losePower({ data }: Siege, share: () => number): Promise<number> {
    return losePower({ directory: data, before: this.#before, notes: this.#notes, share });
  }
}

/** Why libraries can't be preloaded here. */
export async function whyNoLibrary({ folder }: Pick<Bench, "folder">): Promise<string | undefined> {
  const library = await makeLibrary(source, folder);
  return library === undefined ? "it takes Linux and a C compiler" : undefined;
}
