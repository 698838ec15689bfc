// `evento serve`: the host alone, for production.
import { configOf, withConfigOptions } from "../config-options.ts";
import type { Context } from "../context.ts";

export function addServe({ program, terminal }: Context): void {
  withConfigOptions(
    program
      .command("serve")
      .description("run a host, with its console at its URL; nothing is deployed but what was deployed before"),
  )
    .addHelpText(
      "after",
      `
A flag wins over the environment, which wins over the file. Prints one line with its URL when it listens; logs JSON lines
to standard error. SIGTERM ends what is under way and exits 0.

Examples:
  $ evento serve --data /var/lib/evento
  $ EVENTO_LISTEN=127.0.0.1:0 evento serve
  $ evento serve --config evento.json`,
    )
    .action(async (options: { readonly [name: string]: string | boolean | undefined }) => {
      const config = configOf(options);
      const { JsonLog } = await import("../../json-log.ts");
      const { runHost } = await import("../host-run.ts");
      await runHost({ config, logger: new JsonLog(), terminal });
    });
}
