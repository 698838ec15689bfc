// What an author's file exports, found by AssemblyScript's own parser: functions, their parameters and places.
import * as assemblyscript from "assemblyscript";

import { diagnosticOf, placeOf, type Diagnostic } from "./diagnostic.ts";

export type AuthorFunction = {
  readonly name: string;
  /** Types as written, such as `Greeting | null`, but for aliases of imports, which are what they stand for. */
  readonly parameters: readonly { readonly name: string; readonly type: string }[];
  readonly returns: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
};

export type AuthorFile = {
  readonly file: string;
  readonly functions: readonly AuthorFunction[];
  /** Where it is no AssemblyScript. */
  readonly faults: readonly Diagnostic[];
};

/** Parses an author's file. */
export function authorFileOf(file: string, text: string): AuthorFile {
  const program = assemblyscript.newProgram(assemblyscript.newOptions());
  try {
    assemblyscript.parse(program, text, file, true);
    const faults = program.diagnostics.filter(assemblyscript.isError).map(diagnosticOf);
    const statements = program.sources.find((source) => source.text === text)?.statements ?? [];
    const aliases = aliasesIn(statements);
    const functions = statements.flatMap((statement): AuthorFunction[] =>
      statement instanceof assemblyscript.FunctionDeclaration && statement.is(assemblyscript.CommonFlags.Export)
        ? [functionOf(statement, text, aliases)]
        : [],
    );
    return { file, functions, faults };
  } finally {
    program.module.dispose();
  }
}

function functionOf(
  { name, signature }: assemblyscript.FunctionDeclaration,
  text: string,
  aliases: ReadonlyMap<string, string>,
): AuthorFunction {
  const typeOf = (node: Ranged): string =>
    sourceOf(text, node).replaceAll(/[A-Za-z_$][\w$.]*/g, (word) => aliases.get(word) ?? word);
  return {
    name: name.text,
    parameters: signature.parameters.map((parameter) => ({ name: parameter.name.text, type: typeOf(parameter.type) })),
    returns: typeOf(signature.returnType),
    ...placeOf(text, name.range.start),
  };
}

/** `import { Greet as Hello }`: what the names stand for. */
function aliasesIn(statements: readonly assemblyscript.Statement[]): ReadonlyMap<string, string> {
  const aliases = new Map<string, string>();
  for (const statement of statements) {
    if (!(statement instanceof assemblyscript.ImportStatement)) continue;
    for (const { name, foreignName } of statement.declarations ?? []) aliases.set(name.text, foreignName.text);
  }
  return aliases;
}

type Ranged = { readonly range: { readonly start: number; readonly end: number } };

function sourceOf(text: string, { range }: Ranged): string {
  return text.slice(range.start, range.end).replaceAll(/\s+/g, " ").trim();
}
