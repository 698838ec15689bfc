// What a running command line has written so far, and a wait for more of it.
import { setTimeout as delay } from "node:timers/promises";

const deadlineMs = 60_000;
const lookIntervalMs = 20;

export class OutputWatch {
  #text = "";

  constructor(stream: NodeJS.ReadableStream | null) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      this.#text += text;
    });
  }

  get text(): string {
    return this.#text;
  }

  /** Waits until the output matches. @throws with what was written when it does not in time */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    const end = performance.now() + deadlineMs;
    for (;;) {
      const match = pattern.exec(this.#text);
      if (match !== null) return match;
      if (performance.now() > end) throw new Error(`waited for ${pattern} in vain: ${this.#text}`);
      await delay(lookIntervalMs);
    }
  }

  /** Forgets what was written, so that the next wait is for what comes. */
  clear(): void {
    this.#text = "";
  }
}
