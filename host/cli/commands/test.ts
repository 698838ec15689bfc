// `evento test`: the functions' own tests, by AVA.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";

import { EventoError } from "../../errors.ts";
import type { Context } from "../context.ts";
import { functionsRoot } from "../function-root.ts";

export function addTest({ program }: Context): void {
  program
    .command("test")
    .description("run functions' tests: given / when / then, without a host")
    .argument("[dir...]", "functions' folders, or folders with functions in them (default: functions)")
    .option("--match <title>", "run only the tests whose titles match, * stands for anything")
    .option("--watch", "run again on save")
    .addHelpText(
      "after",
      `
Examples:
  $ evento test
  $ evento test functions/greeting
  $ evento test functions/banking --match '*overdraft*' --watch`,
    )
    .action(async (given: readonly string[], options: { readonly match?: string; readonly watch?: boolean }) => {
      const { functionsUnder } = await import("../function-targets.ts");
      const directories = await functionsUnder(given.length === 0 ? [functionsRoot] : given);
      const project = projectOf(process.cwd());
      const patterns = directories.map((directory) => `${relative(project, resolve(directory))}/**/*.test.ts`);
      const flags = [
        ...(options.match === undefined ? [] : ["--match", options.match]),
        ...(options.watch === true ? ["--watch"] : []),
      ];
      const runner = spawn(process.execPath, [avaOf(project), ...flags, ...patterns], {
        cwd: project,
        stdio: "inherit",
      });
      // A key press ends the runner by the terminal; what is sent to this process alone has to be passed on.
      process.on("SIGTERM", () => runner.kill("SIGTERM"));
      process.on("SIGINT", () => {});
      const [code] = await once(runner, "exit");
      if (code !== 0) process.exitCode = 1;
    });
}

/** The nearest folder upwards with a package.json: AVA reads its configuration there. */
function projectOf(directory: string): string {
  if (existsSync(join(directory, "package.json"))) return directory;
  const parent = dirname(directory);
  if (parent !== directory) return projectOf(parent);
  throw new EventoError("PROJECT_UNKNOWN", "found no package.json here or above, where AVA's configuration is", {
    hint: "run it in the project's folder",
  });
}

function avaOf(project: string): string {
  try {
    return join(dirname(createRequire(join(project, "package.json")).resolve("ava")), "cli.js");
  } catch (cause) {
    throw new EventoError("AVA_MISSING", `found no AVA in ${project}`, {
      cause,
      hint: "run `npm ci`, or `npm install --save-dev ava` where it was never there",
    });
  }
}
