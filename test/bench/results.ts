// The sections of several runs, kept in a file so that long ones can be run one by one, and the machine that they ran on.
import { readFile, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, release, totalmem } from "node:os";

import { EventoError } from "../../host/errors.ts";
import type { Section } from "./section.ts";

export type Machine = {
  readonly cores: number;
  readonly processor: string;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly node: string;
};

export type Result = {
  /** Of its scenario. */
  readonly name: string;
  /** When it was found, as YYYY-MM-DD. */
  readonly date: string;
  readonly machine: Machine;
  readonly section: Section;
};

export function thisMachine(): Machine {
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model.trim() ?? "",
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version.slice(1),
  };
}

/** Those that are there, with these in the place of theirs, in the order of the names. */
export function merged(kept: readonly Result[], found: readonly Result[], names: readonly string[]): readonly Result[] {
  return names.flatMap((name) => {
    const result = [...found, ...kept].find((one) => one.name === name);
    return result === undefined ? [] : [result];
  });
}

/** Results of earlier runs; none when the file is not there. @throws EventoError USAGE_INVALID when it is another file. */
export async function readResults(path: string): Promise<readonly Result[]> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "[]";
    throw error;
  });
  try {
    const results: unknown = JSON.parse(text);
    if (Array.isArray(results) && results.every(isResult)) return results;
  } catch (cause) {
    throw notResults(path, cause);
  }
  throw notResults(path);
}

function isResult(value: unknown): value is Result {
  return typeof value === "object" && value !== null && "name" in value && "machine" in value && "section" in value;
}

function notResults(path: string, cause?: unknown): EventoError {
  return new EventoError("USAGE_INVALID", `found something else in ${path}, expected results of earlier runs`, {
    cause,
  });
}

export async function writeResults(path: string, results: readonly Result[]): Promise<void> {
  await writeFile(path, `${JSON.stringify(results, undefined, 2)}\n`);
}
