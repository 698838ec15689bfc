// Runs phases one after the other, each on banks of its own, and says what they showed.
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { makeBank } from "./bank.ts";
import { Dice } from "./dice.ts";
import type { Figures, Phase } from "./phase.ts";

export type PhaseReport = {
  readonly name: string;
  readonly figures: Figures;
  readonly seconds: number;
  /** Why it could not be tried here. */
  readonly skipped: string | undefined;
  /** What did not hold. */
  readonly failure: string | undefined;
};

export async function torture(given: {
  phases: readonly Phase[];
  minutes: number;
  seed: number;
  say: (line: string) => void;
}): Promise<readonly PhaseReport[]> {
  const { phases, minutes, seed, say } = given;
  const folder = await mkdtemp(join(tmpdir(), "evento-torture-"));
  const clean = (): void => rmSync(folder, { recursive: true, force: true });
  process.once("exit", clean);
  const reports: PhaseReport[] = [];
  try {
    const bank = join(folder, "bank");
    await makeBank(bank);
    for (const phase of phases) {
      // The same seed for each phase, so that one alone does what it did among the others.
      const report = await reportOf(phase, { minutes, bench: { dice: new Dice(seed), folder, bank } });
      reports.push(report);
      say(textOf(report));
    }
  } finally {
    process.off("exit", clean);
    clean();
  }
  return reports;
}

async function reportOf(phase: Phase, run: Omit<Parameters<Phase["run"]>[0], "figures">): Promise<PhaseReport> {
  const { name } = phase;
  const figures: Figures = {};
  const skipped = await phase.unavailable?.(run.bench);
  if (skipped !== undefined) return { name, figures, seconds: 0, skipped, failure: undefined };
  const began = performance.now();
  let failure: string | undefined;
  try {
    await phase.run({ ...run, figures });
    const missing = phase.proofs.filter((proof) => (figures[proof] ?? 0) === 0);
    if (missing.length > 0) failure = `it showed nothing: found no ${missing.join(", no ")}`;
  } catch (error) {
    failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  return { name, figures, seconds: (performance.now() - began) / 1_000, skipped, failure };
}

function textOf({ name, figures, seconds, skipped, failure }: PhaseReport): string {
  if (skipped !== undefined) return `SKIPPED  ${name}: ${skipped}`;
  const numbers = Object.entries(figures).map(([what, number]) => `${number.toLocaleString("en")} ${what}`);
  const line = `${failure === undefined ? "held    " : "FAILED  "} ${name}, ${seconds.toFixed(0)} s: ${numbers.join(", ")}`;
  return failure === undefined ? line : `${line}\n${failure}`;
}
