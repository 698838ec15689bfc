// A host whose wall clock is moved while it runs, by a preloaded library that reads the shift from a file.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { makeLibrary } from "../preloaded-library.ts";
import type { Bench } from "./siege.ts";

const source = fileURLToPath(new URL("moved-clock.c", import.meta.url));

export class MovedClock {
  readonly #library: string;
  readonly #file: string;
  #shiftSeconds = 0;

  private constructor({ library, file }: { library: string; file: string }) {
    this.#library = library;
    this.#file = file;
  }

  static async make({ folder }: Pick<Bench, "folder">): Promise<MovedClock> {
    const library = await makeLibrary(source, folder);
    if (library === undefined) throw new Error("the library can't be made");
    const file = join(folder, "clock-shift");
    writeFileSync(file, Buffer.alloc(8));
    return new MovedClock({ library, file });
  }

  get environment(): { readonly [name: string]: string } {
    return { LD_PRELOAD: this.#library, CLOCK_SHIFT: this.#file };
  }

  /** What the host's clock shows, in milliseconds since 1970. */
  now(): number {
    return Date.now() + this.#shiftSeconds * 1_000;
  }

  /** From now on the host's clock is this far from the machine's. */
  move(seconds: number): void {
    this.#shiftSeconds = seconds;
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(seconds));
    // In place, never shorter in between: the host has the file mapped.
    writeFileSync(this.#file, bytes, { flag: "r+" });
  }
}
