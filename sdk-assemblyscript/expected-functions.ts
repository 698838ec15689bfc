// What an author has to export for the commands or events of a schema, held against what the file exports: what is missing,
// misspelt or of other types is said in the author's words.
import type { AuthorFile, AuthorFunction } from "./author-functions.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { freeFunctionName } from "./type-names.ts";

type Parameter = { readonly name: string; readonly type: string };

/** The function for one command or event. */
export type Expected = {
  readonly name: string;
  /** What it is for, as in "no function for the command Greet". */
  readonly purpose: string;
  readonly parameters: readonly Parameter[];
  /** Parameters that may be left out, from the last on. */
  readonly optional: readonly Parameter[];
  readonly returns: string;
};

/** A function that is there. @see Expected */
export type Found<E extends Expected> = E & {
  /** How many of the optional parameters the author takes. */
  readonly extra: number;
};

/** The function of a command or an event is called as it is, with a small letter first: `cardIssued`. */
export function functionNameOf(type: string): string {
  return freeFunctionName(type.charAt(0).toLowerCase() + type.slice(1));
}

/**
 * Pairs what is expected with what a file exports.
 *
 * @param kind - what the functions are for, as in "no command of the schema".
 */
export function foundIn<E extends Expected>(
  expected: readonly E[],
  { file, functions }: AuthorFile,
  kind: "command" | "event",
): { readonly found: readonly Found<E>[]; readonly faults: readonly Diagnostic[] } {
  const names = new Set(expected.map(({ name }) => name));
  const faults: Diagnostic[] = functions
    .filter(({ name }) => !names.has(name))
    .map(({ name, line, column }) => ({ file, line, column, message: unknown(name, kind, [...names]) }));
  const found = expected.map((one): Found<E> => {
    const given = functions.find(({ name }) => name === one.name);
    const fault = given === undefined ? missing(one, file) : mistyped(one, given, file);
    if (fault !== undefined) faults.push(fault);
    return { ...one, extra: Math.max(0, (given?.parameters.length ?? 0) - one.parameters.length) };
  });
  return { found, faults };
}

function unknown(name: string, kind: string, names: readonly string[]): string {
  const expected = names.length === 0 ? "none, since there is none" : names.join(", ");
  return `exports ${name}, which is no ${kind} of the schema; expected ${expected}. A helper is to be without \`export\`, or in a file of its own`;
}

function missing(expected: Expected, file: string): Diagnostic {
  const message = `has no function for ${expected.purpose}; expected ${signatureOf(expected)}`;
  return { file, line: 0, column: 0, message };
}

function mistyped(expected: Expected, given: AuthorFunction, file: string): Diagnostic | undefined {
  const parameters = [...expected.parameters, ...expected.optional];
  const fits =
    given.parameters.length >= expected.parameters.length &&
    given.parameters.length <= parameters.length &&
    given.parameters.every(({ type }, index) => isSameType(type, parameters[index]?.type ?? "")) &&
    isSameType(given.returns, expected.returns);
  if (fits) return undefined;
  const { line, column } = given;
  return { file, line, column, message: `found ${headOf(given)}; expected ${signatureOf(expected)}` };
}

/** Compares types as written. A qualified name (`checking.FundsSent`) stands for its last part. */
function isSameType(given: string, expected: string): boolean {
  return plainType(given) === plainType(expected);
}

function plainType(type: string): string {
  return type
    .replaceAll(/\s|[A-Za-z0-9_$]+\./g, "")
    .replace(/^string\[\]$/, "Array<string>")
    .split("|")
    .toSorted()
    .join("|");
}

function signatureOf(expected: Expected): string {
  const more = expected.optional.map(({ name, type }) => `\`${name}: ${type}\``).join(" and ");
  return `${headOf(expected)}${more === "" ? "" : `, which may also take ${more}`}`;
}

function headOf({ name, parameters, returns }: Pick<Expected, "name" | "parameters" | "returns">): string {
  return `\`${name}(${parameters.map((parameter) => `${parameter.name}: ${parameter.type}`).join(", ")}): ${returns}\``;
}
