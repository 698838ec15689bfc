// NDJSON both ways: lines come in as a stream, answers go out in the order of the lines as they end, and no more than a window of
// them is under way. Reading waits when the window is full, and the window waits for a client that does not read.
import { EventoError } from "../errors.ts";
import { bodyBytesMax } from "../limits.ts";

/** Lines whose answers are under way. */
const windowMax = 256;

export type Line =
  | { readonly number: number; readonly text: string }
  | { readonly number: number; readonly tooLong: true };

/** Cuts a stream into lines; blank ones are skipped, one that is too long is told as such and passed over. */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  let parts: Buffer[] = [];
  let length = 0;
  let number = 0;
  const take = (): Line | undefined => {
    number++;
    const text = length > bodyBytesMax ? undefined : Buffer.concat(parts).toString("utf8").trim();
    parts = [];
    length = 0;
    if (text === undefined) return { number, tooLong: true };
    return text === "" ? undefined : { number, text };
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(10, start); end !== -1; end = chunk.indexOf(10, start)) {
      length += end - start;
      if (length <= bodyBytesMax) parts.push(chunk.subarray(start, end));
      start = end + 1;
      const line = take();
      if (line !== undefined) yield line;
    }
    length += chunk.length - start;
    if (length <= bodyBytesMax) parts.push(chunk.subarray(start));
    else parts = [];
  }
  const last = take();
  if (last !== undefined) yield last;
}

/** What is under way before a line. */
export interface Earlier {
  /** Waits until every earlier line has its answer. */
  settled(): Promise<void>;
}

/** How a line that was taken in will end: the text of its answer. */
export type Begun = { readonly text: Promise<string> };

/**
 * Answers lines in their order.
 *
 * @param begin - takes a line in and answers how it will end; the next line waits for it, so lines are taken in in order.
 */
export async function* answerLines(
  lines: AsyncIterable<Line>,
  begin: (line: Line, earlier: Earlier) => Promise<Begun>,
): AsyncGenerator<string> {
  const window = new Window();
  const reading = readInto(window, lines, begin);
  try {
    for (;;) {
      const text = await window.next();
      if (text === undefined) break;
      yield `${text}\n`;
    }
    await reading;
  } finally {
    // The client is gone or everything is answered: what was taken in goes on, nothing more is read.
    window.end();
    await reading.catch(() => {});
  }
}

async function readInto(
  window: Window,
  lines: AsyncIterable<Line>,
  begin: (line: Line, earlier: Earlier) => Promise<Begun>,
): Promise<void> {
  try {
    for await (const line of lines) {
      await window.room();
      if (window.ended) return;
      window.add(await begin(line, window));
    }
  } finally {
    window.end();
  }
}

/** The lines under way, in order: one side adds, the other takes. */
class Window implements Earlier {
  readonly #begun: Begun[] = [];
  #ended = false;
  #waiters: (() => void)[] = [];

  get ended(): boolean {
    return this.#ended;
  }

  /** Waits until another line may begin. */
  async room(): Promise<void> {
    while (this.#begun.length >= windowMax && !this.#ended) await this.#change();
  }

  add(begun: Begun): void {
    this.#begun.push(begun);
    this.#changed();
  }

  /** No more lines come. */
  end(): void {
    this.#ended = true;
    this.#changed();
  }

  async settled(): Promise<void> {
    await Promise.all(this.#begun.map(({ text }) => text));
  }

  /** The next answer in order; undefined when there is none to come. */
  async next(): Promise<string | undefined> {
    while (this.#begun.length === 0) {
      if (this.#ended) return undefined;
      await this.#change();
    }
    const text = await this.#begun[0]?.text;
    this.#begun.splice(0, 1);
    this.#changed();
    return text;
  }

  #change(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiters.push(resolve);
    return promise;
  }

  #changed(): void {
    for (const wake of this.#waiters.splice(0)) wake();
  }
}

/** @throws EventoError BODY_TOO_LARGE for a line past the bound */
export function textOf(line: Line): string {
  if ("text" in line) return line.text;
  throw new EventoError("BODY_TOO_LARGE", `found a line of more than ${bodyBytesMax} bytes, expected at most that`);
}
