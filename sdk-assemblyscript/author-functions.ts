// The functions that an author exports, found by AssemblyScript's own parser: their names, parameters and places.
import * as assemblyscript from "assemblyscript";

import { placeOf, type Diagnostic } from "./diagnostic.ts";

export type AuthorFunction = {
  readonly name: string;
  /** Types as written, such as `Greeting | null`. */
  readonly parameters: readonly { readonly name: string; readonly type: string }[];
  readonly returns: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
};

/** Parses an author's file. What it can't parse is left for the compiler to say. */
export function authorFunctionsOf(file: string, text: string): readonly AuthorFunction[] {
  const program = assemblyscript.newProgram(assemblyscript.newOptions());
  assemblyscript.parse(program, text, file, true);
  const source = program.sources.find((candidate) => candidate.text === text);
  if (source === undefined) return [];
  return source.statements.flatMap((statement): AuthorFunction[] => {
    if (!(statement instanceof assemblyscript.FunctionDeclaration)) return [];
    if ((statement.flags & assemblyscript.CommonFlags.Export) === 0) return [];
    const { signature, name } = statement;
    return [
      {
        name: name.text,
        parameters: signature.parameters.map((parameter) => ({
          name: parameter.name.text,
          type: sourceOf(text, parameter).replace(/^[^:]*:\s*/, ""),
        })),
        returns: sourceOf(text, signature.returnType),
        ...placeOf(text, name.range.start),
      },
    ];
  });
}

/** A fault at the place of a function. */
export function faultAt(file: string, { line, column }: AuthorFunction, message: string): Diagnostic {
  return { file, line, column, message };
}

function sourceOf(text: string, node: { readonly range: { readonly start: number; readonly end: number } }): string {
  return text.slice(node.range.start, node.range.end).replaceAll(/\s+/g, " ").trim();
}
