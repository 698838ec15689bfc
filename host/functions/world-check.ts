// Whether a component's world is one of evento.wit: its text as the tools print it, held against that of a dummy of the contract.
import { EventoError } from "../errors.ts";
import type { FunctionKind } from "../ports/functions.ts";

const exportOfKind = { handler: "handle", aggregator: "aggregate", dispatcher: "dispatch" } as const;
const kindsInOrder: readonly FunctionKind[] = ["handler", "aggregator", "dispatcher"];

/** One world of everything that evento.wit's worlds export. */
export function wholeWorldOf(wit: string): string {
  const lines = ["describe", ...Object.values(exportOfKind)].map((name) => {
    const line = new RegExp(`^ *export ${name}: .*$`, "m").exec(wit)?.[0];
    if (line === undefined) throw new Error(`evento.wit has no export ${name}`);
    return line;
  });
  return `${wit}\nworld whole {\n  import host;\n  use types.{outcome};\n${lines.join("\n")}\n}\n`;
}

/**
 * Finds out what a component is.
 *
 * @param found, expected - worlds as text; `expected` is that of the whole world.
 * @throws EventoError FUNCTION_REFUSED
 */
export function kindsOf(found: string, expected: string): readonly FunctionKind[] {
  const lines = linesOf(found);
  const contract = linesOf(expected);
  checkImports(lines, contract);
  const own = lines.find((line) => /^(record|variant|enum|flags|resource|type) /.test(line));
  if (own !== undefined)
    throw refused(`found the type "${own}" of its own`, "use the types of evento:functions/types@1.0.0");
  if (!hasExport(lines, contract, "describe"))
    throw refused("found no export describe", "export describe: func() -> string");
  const kinds = kindsInOrder.filter((kind) => hasExport(lines, contract, exportOfKind[kind]));
  if (kinds.length === 0)
    throw refused(
      `found the exports ${namesOf(lines)}, expected at least one of handle, aggregate, dispatch`,
      "build it with the worlds of evento.wit",
    );
  return kinds;
}

/** Interface bodies, which worlds do not show, as TypeScript declarations by file. @throws EventoError FUNCTION_REFUSED */
export function checkInterfaces(found: ReadonlyMap<string, string>, expected: ReadonlyMap<string, string>): void {
  for (const [file, text] of found) {
    const contract = expected.get(file);
    if (contract === undefined) throw refused(`found the interface ${file}, which evento.wit does not have`);
    if (contract !== text)
      throw refused(
        `found another ${/evento-functions-(\w+)/.exec(file)?.[1] ?? file} interface than that of evento.wit`,
        "build it with evento.wit as it is",
      );
  }
}

function checkImports(lines: readonly string[], contract: readonly string[]): void {
  const allowed = new Set(contract.filter((line) => line.startsWith("import ")));
  const others = lines.filter((line) => line.startsWith("import ") && !allowed.has(line));
  if (others.length === 0) return;
  const names = others.map((line) => line.replace(/^import ([^;{]*?)(: .*|[;{ ].*)?$/, "$1"));
  throw refused(
    `found the imports ${names.join(", ")}, expected none but evento:functions/host@1.0.0`,
    "functions have no clock, randomness, files or network: take what they need from the command, event or state",
  );
}

function hasExport(lines: readonly string[], contract: readonly string[], name: string): boolean {
  const start = `export ${name}: `;
  const line = lines.find((line) => line.startsWith(start));
  if (line === undefined) return false;
  const expected = contract.find((line) => line.startsWith(start));
  if (line === expected) return true;
  throw refused(`found "${line}", expected "${expected}"`, "build it with evento.wit as it is");
}

function linesOf(world: string): readonly string[] {
  return world
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

function namesOf(lines: readonly string[]): string {
  const names = lines.filter((line) => line.startsWith("export ")).map((line) => /^export ([^:;{ ]+)/.exec(line)?.[1]);
  return names.length === 0 ? "none" : names.join(", ");
}

function refused(message: string, hint?: string): EventoError {
  return new EventoError("FUNCTION_REFUSED", message, hint === undefined ? {} : { hint });
}
