// Functions are pure: what they can't use, where they do, and what to use instead.
import * as assemblyscript from "assemblyscript";

import { diagnosticAt, type Diagnostic } from "./diagnostic.ts";

/** The only thing that a function may import. */
const hostModule = "evento:functions/host@1.0.0";

const log = 'use `log` from "evento"';
const clock = "use the `time` of the command or event, which handler and dispatcher functions may take as `context`";
const outside = "all that it needs comes with the command, the state or the event";

const advice: readonly (readonly [used: RegExp, advice: string])[] = [
  [/^(?:Native|JS)?Mathf?\.random$/, "let the command carry what is to be random"],
  [/^(?:Date|performance)\.now$/, clock],
  [/^console\.\w+$|^trace$/, log],
  [/^(?:crypto|process)\.\w+$/, outside],
];

/**
 * Where the author's files use what is not pure; empty when the module imports nothing but the host.
 *
 * The compiler takes these uses for imports from JavaScript and has no objection: the imports of the module tell that there are some.
 */
export function impuritiesOf(core: Uint8Array, sources: readonly assemblyscript.Source[]): readonly Diagnostic[] {
  const foreign = WebAssembly.Module.imports(new WebAssembly.Module(core)).filter(
    ({ module }) => module !== hostModule,
  );
  if (foreign.length === 0) return [];
  const own = sources.filter(({ normalizedPath: path }) => !path.startsWith("~lib/") && !path.startsWith("generated/"));
  const uses = own.flatMap((source) => new Uses(source).diagnostics);
  if (uses.length > 0) return uses;
  const names = foreign.map(({ module, name }) => `${module}.${name}`).join(", ");
  return [
    {
      file: own[0]?.normalizedPath ?? "",
      line: 0,
      column: 0,
      message: `imports ${names}: functions are pure; ${outside}`,
    },
  ];
}

/** Walks a file, keeping what is on the list. */
class Uses extends assemblyscript.ASTBuilder {
  readonly diagnostics: Diagnostic[] = [];

  constructor(source: assemblyscript.Source) {
    super();
    this.visitNode(source);
  }

  override visitPropertyAccessExpression(node: assemblyscript.PropertyAccessExpression): void {
    this.#look(node);
    super.visitPropertyAccessExpression(node);
  }

  override visitCallExpression(node: assemblyscript.CallExpression): void {
    if (node.expression instanceof assemblyscript.IdentifierExpression) this.#look(node.expression);
    super.visitCallExpression(node);
  }

  #look({ range }: assemblyscript.Expression): void {
    const used = range.toString().replaceAll(/\s/g, "");
    const found = advice.find(([pattern]) => pattern.test(used));
    if (found !== undefined)
      this.diagnostics.push(diagnosticAt(range, `uses ${used}, but functions are pure: ${found[1]}`));
  }
}
