// Files that are read again when they change: one reading after the other, and none after the close. Looked at by name, so that a
// file which takes the place of another is seen.
import { unwatchFile, watchFile } from "node:fs";

export class WatchedFiles {
  readonly #paths: readonly string[];
  #reading: Promise<void> = Promise.resolve();
  readonly #look: () => void;

  /** @param given - `lookMs` is how often the files are looked at; `readAgain` never rejects. */
  constructor(given: { paths: readonly string[]; lookMs: number; readAgain: () => Promise<void> }) {
    this.#paths = given.paths;
    this.#look = () => {
      this.#reading = this.#reading.then(given.readAgain);
    };
    for (const path of this.#paths) watchFile(path, { interval: given.lookMs, persistent: false }, this.#look);
  }

  /** Waits for a reading that is under way. */
  async close(): Promise<void> {
    for (const path of this.#paths) unwatchFile(path, this.#look);
    await this.#reading;
  }
}
