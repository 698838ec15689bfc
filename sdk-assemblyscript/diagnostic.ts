// What is wrong with a function's source, and where.
import type { DiagnosticMessage, Range } from "assemblyscript";

import { explained } from "./compiler-words.ts";

export type Diagnostic = {
  /** Path from the function's folder. */
  readonly file: string;
  /** From 1; 0 when the whole file is meant. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
};

/** One line a diagnostic: `handler.ts:5:3 message`. */
export function textOf(diagnostics: readonly Diagnostic[]): string {
  return diagnostics
    .map(({ file, line, column, message }) =>
      line === 0 ? `${file} ${message}` : `${file}:${line}:${column} ${message}`,
    )
    .join("\n");
}

/** What the compiler says, in words for authors. */
export function diagnosticOf({ message, range }: DiagnosticMessage): Diagnostic {
  if (range === null) return { file: "generated/entry.ts", line: 0, column: 0, message: explained(message) };
  return diagnosticAt(range, explained(message));
}

/** A message about a place in a source. */
export function diagnosticAt({ source, start }: Range, message: string): Diagnostic {
  return { file: source.normalizedPath, ...placeOf(source.text, start), message };
}

/** Line and column, from 1, of an offset into a text. */
export function placeOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
