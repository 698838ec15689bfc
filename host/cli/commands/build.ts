// `evento build`: functions' folders to components on disk.
import { EventoError } from "../../errors.ts";
import type { Context } from "../context.ts";
import { functionsRoot } from "../function-root.ts";

export function addBuild({ program, terminal }: Context): void {
  program
    .command("build")
    .description("compile functions to components, each to build/<name>.wasm in its folder")
    .argument("[dir...]", "functions' folders, or folders with functions in them (default: functions)")
    .option("--json", "print JSON, as when the output is piped")
    .addHelpText(
      "after",
      `
The same sources give the same bytes; what is unchanged is not built again.

Examples:
  $ evento build
  $ evento build functions/greeting
  $ evento build functions/banking --json | jq -r .file`,
    )
    .action(async (given: readonly string[], options: { readonly json?: boolean }) => {
      const { buildFunction } = await import("../../../sdk-assemblyscript/build-function.ts");
      const { buildErrorText } = await import("../build-error.ts");
      const { functionBuild } = await import("../function-build.ts");
      const { functionsUnder } = await import("../function-targets.ts");
      const directories = await functionsUnder(given.length === 0 ? [functionsRoot] : given);
      let failed = 0;
      for (const directory of directories) {
        try {
          const { name, kind, file, fresh, durationMs } = await functionBuild(directory, buildFunction);
          const seconds = (durationMs / 1_000).toFixed(1);
          const state =
            kind === "rules" ? "rules need no build" : `${file}  ${fresh ? `built in ${seconds} s` : "unchanged"}`;
          if (terminal.isForPerson(options)) terminal.result(`${terminal.styled(name, "strong")}  ${state}`);
          else terminal.json({ name, kind, directory, file: file ?? null, fresh });
        } catch (error) {
          failed += 1;
          terminal.note(buildErrorText(directory, error, terminal));
        }
      }
      if (failed > 0)
        throw new EventoError("BUILD_FAILED", `${failed} of ${directories.length} functions did not build`, {
          hint: "mend what is told of above, then build again",
        });
    });
}
