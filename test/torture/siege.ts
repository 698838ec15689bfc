// One bank under siege: its data, the client that goes on asking, and the audit that goes with them from host to host.
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";

import { verifyJournal } from "../../host/journal/level/verify.ts";
import { Audit } from "./audit.ts";
import { copyBank } from "./bank.ts";
import { Client } from "./client.ts";
import type { Dice } from "./dice.ts";
import { HostRun, type HostEnd, type HostStart } from "./host-run.ts";

const writers = 8;
const answersDeadlineMs = 10_000;
const endNoticeMs = 2_000;

export type Bench = {
  readonly dice: Dice;
  /** Where temporary files go. */
  readonly folder: string;
  /** The data directory of a bank that nothing happened to yet. */
  readonly bank: string;
};

export class Siege {
  readonly data: string;
  readonly audit: Audit;
  readonly #folder: string;
  readonly #client: Client;
  #run: HostRun | undefined;
  #url = "";
  /** Ids whose fate nobody was told when the last host ended. */
  #untold: readonly string[] = [];
  /** Of all that nobody was told about, what was found done or accepted afterwards: faults that fell between write and answer. */
  untoldCount = 0;

  private constructor(given: { folder: string; data: string; client: Client; receipts: string }) {
    this.#folder = given.folder;
    this.data = given.data;
    this.#client = given.client;
    this.audit = new Audit({ receipts: given.receipts });
  }

  /** @param data - where the data directory is to be; in the folder of the bench when left out. */
  static async begin({ dice, folder, bank }: Bench, given: { data?: string } = {}): Promise<Siege> {
    const own = await mkdtemp(join(folder, "siege-"));
    const data = given.data ?? join(own, "data");
    await copyBank(bank, data);
    const receipts = join(own, "receipts");
    const client = new Client({ receipts, name: `c${dice.between(0, 999_999)}`, seed: dice.between(1, 1e6), writers });
    await client.pause();
    return new Siege({ folder: own, data, client, receipts });
  }

  get run(): HostRun {
    if (this.#run === undefined) throw new Error("no host was started");
    return this.#run;
  }

  get url(): string {
    return this.#url;
  }

  /** Starts a host and does not wait for it. */
  launch(start: Omit<HostStart, "data"> = {}): HostRun {
    this.#run = new HostRun({ data: this.data, ...start });
    return this.#run;
  }

  /** Starts a host, waits until it listens, and holds against it all that was ever told. */
  async start(start: Omit<HostStart, "data"> = {}): Promise<void> {
    this.launch(start);
    if (await this.takeUp()) return;
    const { code, signal } = await this.run.ownEnd();
    throw new Error(`the host ended at its start (${code ?? signal}): ${this.run.log}`);
  }

  /** Waits until the host listens, and holds all that was ever told against it. @returns false when it ended before that */
  async takeUp(): Promise<boolean> {
    const url = await this.run.url();
    if (url === undefined) return false;
    this.#url = url;
    try {
      await this.audit.check(url);
      this.untoldCount += await this.audit.countKnown(url, this.#untold);
    } catch (error) {
      // A connection that broke off is no answer: the host may have come to its end meanwhile.
      if (!(error instanceof TypeError)) throw error;
      await Promise.race([this.run.ended, elapse(endNoticeMs)]);
      if (!this.run.hasEnded) throw error;
      return false;
    }
    this.#untold = [];
    return true;
  }

  /**
   * The client asks until it has so many answers and a moment more.
   *
   * @returns how many answers it got: fewer when the host ended or took too long.
   */
  async load({ answers, ms = 0 }: { readonly answers: number; readonly ms?: number }): Promise<number> {
    this.serve();
    const ended = new AbortController();
    void this.run.ended.then(() => ended.abort());
    const got = await this.#client.answers(
      answers,
      AbortSignal.any([ended.signal, AbortSignal.timeout(answersDeadlineMs)]),
    );
    await Promise.race([elapse(ms), this.run.ended]);
    return got;
  }

  serve(): void {
    this.#client.serve(this.#url);
  }

  /** Ends the host by a signal, and waits until all that was told is written down. */
  async end(signal: NodeJS.Signals): Promise<HostEnd> {
    const end = await this.run.end(signal);
    await this.pause();
    return end;
  }

  /** Waits until the client stands still. */
  async pause(): Promise<void> {
    this.#untold = await this.#client.pause();
  }

  /** The last checks, on a host that nothing more happens to; then nothing is left. */
  async finish(start: Omit<HostStart, "data"> = {}): Promise<void> {
    await this.start(start);
    await this.audit.checkQuiet(this.#url);
    const { code } = await this.end("SIGTERM");
    if (code !== 0) throw new Error(`the host ended with ${code} after SIGTERM: ${this.run.log}`);
    await this.verify();
  }

  /** What `evento verify` says of the data. @throws Error at any fault */
  async verify(): Promise<void> {
    const { faults } = await verifyJournal(this.data);
    const [first] = faults;
    if (first !== undefined) throw new Error(`verify found ${first.code}: ${first.message}`);
  }

  /** Ends all processes. */
  async dispose(): Promise<void> {
    await this.#run?.end("SIGKILL");
    await this.#client.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

export function elapse(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
