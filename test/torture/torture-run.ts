// Runs a phase on a bank of its own and says what it showed.
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { makeBank } from "./bank.ts";
import { Dice } from "./dice.ts";
import type { Figures, Phase } from "./phase.ts";
import type { Bench } from "./siege.ts";

export type PhaseReport = {
  /** Why it could not be tried here. */
  readonly skipped: string | undefined;
  /** What did not hold. */
  readonly failure: string | undefined;
  /** All of it in a line, and the failure below. */
  readonly text: string;
};

export class Torture {
  readonly #folder: string;
  readonly #bank: string;
  readonly #clean: () => void;

  private constructor({ folder, bank }: { folder: string; bank: string }) {
    this.#folder = folder;
    this.#bank = bank;
    this.#clean = () => rmSync(folder, { recursive: true, force: true });
    process.once("exit", this.#clean);
  }

  /** Makes the bank that every phase gets a copy of. */
  static async prepare(): Promise<Torture> {
    const folder = await mkdtemp(join(tmpdir(), "evento-torture-"));
    const torture = new Torture({ folder, bank: join(folder, "bank") });
    await makeBank(torture.#bank);
    return torture;
  }

  async run(phase: Phase, { minutes, seed }: { minutes: number; seed: number }): Promise<PhaseReport> {
    // The same seed for each phase, so that one alone does what it did among the others.
    const bench = this.bench(seed);
    const skipped = await phase.unavailable?.(bench);
    if (skipped !== undefined) return { skipped, failure: undefined, text: `SKIPPED  ${phase.name}: ${skipped}` };
    const figures: Figures = {};
    const began = performance.now();
    const failure = await phase.run({ bench, minutes, figures }).then(() => whatIsMissing(phase, figures), textOfError);
    const seconds = (performance.now() - began) / 1_000;
    return { skipped, failure, text: textOf(phase.name, { seconds, figures, failure }) };
  }

  bench(seed: number): Bench {
    return { dice: new Dice(seed), folder: this.#folder, bank: this.#bank };
  }

  /** Removes what it made. */
  dispose(): void {
    process.off("exit", this.#clean);
    this.#clean();
  }
}

function whatIsMissing({ proofs }: Phase, figures: Figures): string | undefined {
  const missing = proofs.filter((proof) => (figures[proof] ?? 0) === 0);
  return missing.length === 0 ? undefined : `it showed nothing: found no ${missing.join(", no ")}`;
}

function textOf(name: string, given: { seconds: number; figures: Figures; failure: string | undefined }): string {
  const { seconds, figures, failure } = given;
  const numbers = Object.entries(figures).map(([what, number]) => `${number.toLocaleString("en")} ${what}`);
  const line = `${failure === undefined ? "held    " : "FAILED  "} ${name}, ${seconds.toFixed(0)} s: ${numbers.join(", ")}`;
  return failure === undefined ? line : `${line}\n${failure}`;
}

function textOfError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
