// What is held against a host after every start, by its answers alone: all that was ever told is still so, and nothing else came to be.
import { readFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";

import { accountTypes } from "./bank.ts";
import { Ledger, type LogEvent } from "./ledger.ts";
import type { Receipt } from "./receipt.ts";

const answerDeadlineMs = 30_000;
const quietDeadlineMs = 120_000;
const quietStepMs = 50;
/** Questions under way at once. */
const asksMax = 16;

type CommandView = {
  readonly status: "pending" | "parked" | "done";
  readonly command: { readonly [field: string]: unknown };
  readonly events: readonly LogEvent[];
};

export class Audit {
  readonly ledger = new Ledger();
  readonly #path: string;
  /** The text of each event ever read, by position from 1. */
  readonly #lines: string[] = [];
  readonly #events = new Map<string, LogEvent>();
  readonly #last = new Map<string, LogEvent>();
  /** The first answer about each id that was done; it is the answer for ever. */
  readonly #outcomes = new Map<string, unknown>();
  /** Taken in, and not seen done yet. */
  readonly #accepted = new Map<string, Receipt>();
  /** Refused with the promise that nothing happened. */
  readonly #refused = new Set<string>();
  #receiptCount = 0;
  /** Answers to an id that had been answered before, by an earlier host perhaps. */
  repeatCount = 0;
  conflictCount = 0;

  constructor({ receipts }: { receipts: string }) {
    this.#path = receipts;
  }

  get receiptCount(): number {
    return this.#receiptCount;
  }

  get refusedCount(): number {
    return this.#refused.size;
  }

  get eventCount(): number {
    return this.#lines.length;
  }

  /** Latest time of an event, in milliseconds. */
  get latest(): number {
    return Math.max(0, ...[...this.#last.values()].map(({ time }) => Date.parse(time)));
  }

  /**
   * Reads the whole log and looks up every receipt.
   *
   * @throws Error at the first thing that is not as it was told.
   */
  async check(url: string): Promise<void> {
    await this.#readReceipts();
    await this.#readLog(url);
    for (const [id, outcome] of this.#outcomes) this.#requireLogged(id, outcome);
    for (const id of this.#refused)
      if (this.#events.has(`${id}!0`)) throw new Error(`${id} was refused with 412 and has an event`);
    await eachOf([...this.#accepted.keys()], async (id) => {
      const view = await commandOf(url, id);
      if (view === undefined) throw new Error(`${id} was accepted with 202 and is not known`);
      if (view.status === "done") this.#setOutcome(id, view);
    });
  }

  /** Waits until nothing more happens, and checks what has to hold then: nothing is missing either. */
  async checkQuiet(url: string): Promise<void> {
    await quiet(url);
    await this.check(url);
    for (const id of this.#accepted.keys())
      throw new Error(`${id} was accepted with 202 and is not done although all is quiet`);
    await eachOf([...this.#outcomes], async ([id, outcome]) => {
      const now = isEventAnswer(outcome) ? { event: await get(`${url}/events/${id}`) } : await commandOf(url, id);
      if (!isDeepStrictEqual(now, outcome))
        throw new Error(`${id} was answered ${JSON.stringify(outcome)} and is now ${JSON.stringify(now)}`);
    });
    await eachOf([...this.#refused], async (id) => {
      if ((await commandOf(url, id)) !== undefined) throw new Error(`${id} was refused with 412 and is known`);
    });
    this.ledger.requireComplete();
    for (const type of accountTypes) await this.#checkStates(url, type);
  }

  /** How many of these ids are known although nobody was told. */
  async countKnown(url: string, ids: readonly string[]): Promise<number> {
    let count = 0;
    await eachOf(ids, async (id) => {
      if (this.#events.has(id) || (await commandOf(url, id)) !== undefined) count++;
    });
    return count;
  }

  async #readReceipts(): Promise<void> {
    const lines = (await readFile(this.#path, "utf8")).split("\n").slice(0, -1);
    for (const line of lines.slice(this.#receiptCount)) {
      this.#receiptCount++;
      this.#take(JSON.parse(line));
    }
  }

  #take(receipt: Receipt): void {
    const { draft, status, answer } = receipt;
    switch (status) {
      case 200:
      case 201:
        requireSame(receipt);
        this.#setOutcome(draft.id, answer);
        return;
      case 202:
        requireSame(receipt);
        if (!this.#outcomes.has(draft.id)) this.#accepted.set(draft.id, receipt);
        return;
      case 409:
        // The id stands for what it was first sent with, of which there is a receipt unless nobody was told.
        this.conflictCount++;
        return;
      case 412:
        this.#refused.add(draft.id);
        return;
      default:
        throw new Error(`${JSON.stringify(draft)} was answered ${status}: ${JSON.stringify(answer)}`);
    }
  }

  #setOutcome(id: string, answer: unknown): void {
    const first = this.#outcomes.get(id);
    this.#accepted.delete(id);
    if (first === undefined) this.#outcomes.set(id, answer);
    else {
      this.repeatCount++;
      if (!isDeepStrictEqual(first, answer))
        throw new Error(`${id} was answered ${JSON.stringify(first)}, and then ${JSON.stringify(answer)}`);
    }
  }

  /** Every event of an answer lies in the log, with the same content at the same position. */
  #requireLogged(id: string, answer: unknown): void {
    const told = isEventAnswer(answer) ? [answer.event] : (answer as CommandView).events;
    if (told.length === 0) throw new Error(`${id} was answered without an event`);
    for (const event of told)
      if (!isDeepStrictEqual(this.#events.get(event.id), event))
        throw new Error(
          `${id} was answered ${JSON.stringify(event)}, and the log has ${this.#lines[event.position - 1]}`,
        );
  }

  async #readLog(url: string): Promise<void> {
    const text = await getText(`${url}/events?after=0`, { accept: "application/x-ndjson" });
    const lines = text.split("\n").slice(0, -1);
    if (lines.length < this.#lines.length)
      throw new Error(`the log has ${lines.length} events, expected at least ${this.#lines.length}`);
    for (const [index, line] of lines.entries()) {
      const known = this.#lines[index];
      if (known === undefined) this.#append(line);
      else if (known !== line) throw new Error(`position ${index + 1} was ${known} and is now ${line}`);
    }
  }

  #append(line: string): void {
    const event: LogEvent = JSON.parse(line);
    this.#lines.push(line);
    const before = this.#last.get(event.aggregate);
    if (event.position !== this.#lines.length) throw new Error(`expected position ${this.#lines.length}: ${line}`);
    if (event.sequence !== (before?.sequence ?? 0) + 1)
      throw new Error(`expected sequence ${before?.sequence} + 1: ${line}`);
    if (before !== undefined && event.time < before.time)
      throw new Error(`expected no time before ${before.time}: ${line}`);
    if (this.#events.has(event.id)) throw new Error(`expected an id that is new: ${line}`);
    this.#events.set(event.id, event);
    this.#last.set(event.aggregate, event);
    this.ledger.add(event);
  }

  /** Each account's state is what the events add up to. */
  async #checkStates(url: string, type: string): Promise<void> {
    const { aggregates } = (await get(`${url}/aggregates?aggregate_type=${type}&limit=1000`)) as {
      aggregates: readonly { aggregate: string; sequence: number }[];
    };
    for (const { aggregate, sequence } of aggregates) {
      const { state } = (await get(`${url}/aggregates/${aggregate}`)) as { state: { balance: string } };
      if (sequence !== this.#last.get(aggregate)?.sequence)
        throw new Error(`${aggregate} is listed at sequence ${sequence}`);
      if (state.balance !== this.ledger.balanceOf(aggregate))
        throw new Error(
          `${aggregate} holds ${state.balance}, expected ${this.ledger.balanceOf(aggregate)} from its events`,
        );
    }
  }
}

/** What is answered about is what was sent. */
function requireSame({ draft, answer }: Receipt): void {
  const { entity, payload } = isEventAnswer(answer) ? answer.event : (answer as CommandView).command;
  const sent = Object.entries(draft.payload);
  const told = new Map(Object.entries(payload ?? {}));
  if (entity !== draft.entity || sent.some(([field, value]) => told.get(field) !== value))
    throw new Error(`${JSON.stringify(draft)} was answered with other content: ${JSON.stringify(answer)}`);
}

/** Waits until no command is pending and no dispatcher is behind. */
async function quiet(url: string): Promise<void> {
  const deadline = performance.now() + quietDeadlineMs;
  for (let quietCount = 0; quietCount < 2;) {
    const { commands } = (await get(`${url}/commands?status=pending`)) as { commands: readonly unknown[] };
    const { functions } = (await get(`${url}/functions`)) as { functions: readonly { lag?: number }[] };
    const lag = functions.reduce((sum, fn) => sum + (fn.lag ?? 0), 0);
    quietCount = commands.length === 0 && lag === 0 ? quietCount + 1 : 0;
    if (performance.now() > deadline)
      throw new Error(`not quiet in time: ${commands.length} commands are pending, dispatchers are ${lag} behind`);
    await new Promise((resolve) => setTimeout(resolve, quietStepMs));
  }
}

function isEventAnswer(answer: unknown): answer is { readonly event: LogEvent } {
  return typeof answer === "object" && answer !== null && "event" in answer;
}

async function commandOf(url: string, id: string): Promise<CommandView | undefined> {
  const response = await fetch(`${url}/commands/${id}`, { signal: AbortSignal.timeout(answerDeadlineMs) });
  const answer = (await response.json()) as CommandView;
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`GET /commands/${id} answered ${response.status}: ${JSON.stringify(answer)}`);
  return answer;
}

async function get(url: string): Promise<unknown> {
  return JSON.parse(await getText(url));
}

async function getText(url: string, headers: { readonly [name: string]: string } = {}): Promise<string> {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(answerDeadlineMs) });
  const text = await response.text();
  if (!response.ok) throw new Error(`GET ${url} answered ${response.status}: ${text}`);
  return text;
}

async function eachOf<Item>(items: readonly Item[], check: (item: Item) => Promise<void>): Promise<void> {
  const rest = items.values();
  const workers = Array.from({ length: asksMax }, async () => {
    for (const item of rest) await check(item);
  });
  await Promise.all(workers);
}
