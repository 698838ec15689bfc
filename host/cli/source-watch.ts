// Watches folders of sources, and calls once things have been quiet for a moment.
import { watch, type FSWatcher } from "node:fs";

/** Editors write a file in several steps; saving all writes several files. */
const quietMs = 120;
/** What builds write themselves. */
const ignored: ReadonlySet<string> = new Set(["generated", "build", "node_modules"]);

export class SourceWatch {
  readonly #watchers: readonly FSWatcher[];
  readonly #onChange: () => Promise<void>;
  readonly #onError: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  /** @param given - `onChange` is called one at a time and does not throw; what changes meanwhile is followed by another call. */
  constructor(given: {
    directories: readonly string[];
    onChange: () => Promise<void>;
    onError: (error: unknown) => void;
  }) {
    const { directories, onChange, onError } = given;
    this.#onChange = onChange;
    this.#onError = onError;
    this.#watchers = directories.map((directory) => {
      const watcher = watch(directory, { recursive: true }, (_, file) => this.#changed(file));
      return watcher.on("error", onError);
    });
  }

  /** Ends the watch, and waits for the call under way. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const watcher of this.#watchers) watcher.close();
    await this.#running;
  }

  /** Calls as after a change, when the call under way has ended. */
  call(): Promise<void> {
    this.#running = this.#running.then(this.#onChange);
    return this.#running;
  }

  #changed(file: string | null): void {
    if (file?.split(/[\\/]/).some((name) => ignored.has(name)) === true) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      // Kept in #running, which close() awaits.
      this.call().catch(this.#onError);
    }, quietMs);
  }
}
