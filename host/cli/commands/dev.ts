// `evento dev`: a host, what is under functions/ deployed in it, and deployed again when it is saved.
import { existsSync } from "node:fs";

import type { HostConfig } from "../../config.ts";
import type { Host } from "../../host.ts";
import { configOf, withConfigOptions } from "../config-options.ts";
import type { Context } from "../context.ts";
import { errorText } from "../error-text.ts";
import { functionsRoot } from "../function-root.ts";
import { sampleCommand } from "../sample-command.ts";
import type { Terminal } from "../terminal.ts";

type Options = { readonly functions: string; readonly schemas: string; readonly [name: string]: string | boolean };

export function addDev({ program, terminal }: Context): void {
  const command = program
    .command("dev")
    .description("run a host, deploy everything under functions/, and again on save")
    .option("--functions <dir>", "where functions are", functionsRoot)
    .option("--schemas <dir>", "where schemas are; watched too", "schemas");
  withConfigOptions(command)
    .addHelpText(
      "after",
      `
State is kept in the data directory between runs. What is wrong in a function is told with its file and line, and what ran
goes on running.

Examples:
  $ evento dev
  $ evento dev --listen 127.0.0.1:0 --data /tmp/try
  $ evento dev --functions examples/functions --schemas examples/schemas`,
    )
    .action(async (options: Options) => {
      const config = configOf(options);
      const { DevLog } = await import("../dev-log.ts");
      const { runHost } = await import("../host-run.ts");
      const logger = new DevLog({ terminal });
      await runHost({ config, logger, terminal, prepare: (host) => startDev(host, options, config, terminal) });
    });
}

/** Deploys what is there and watches for changes; returns what ends both. */
async function startDev(
  host: Host,
  options: Options,
  config: HostConfig,
  terminal: Terminal,
): Promise<() => Promise<void>> {
  const { BuildThread } = await import("../build-thread.ts");
  const { DevFunctions } = await import("../dev-functions.ts");
  const { SourceWatch } = await import("../source-watch.ts");
  const { ParkedWatch } = await import("../parked-watch.ts");
  const thread = new BuildThread();
  const compile = (directory: string): ReturnType<typeof thread.compile> => thread.compile(directory);
  const functions = new DevFunctions({ engine: host.engine, root: options.functions, compile, terminal });
  const directories = [options.functions, options.schemas].filter((directory) => existsSync(directory));
  const tell = (error: unknown): void => terminal.note(errorText(error, terminal));
  // Before the first look, so that nothing saved in between is missed.
  const watch = new SourceWatch({ directories, onChange: () => functions.sync().catch(tell), onError: tell });
  terminal.note(`building and deploying what is in ${options.functions}/ …`);
  await watch.call();
  const parked = new ParkedWatch({ engine: host.engine, terminal });
  terminal.note(introduction(host, directories, config, terminal));
  thread.warm();
  return async () => {
    await watch.close();
    await parked.close();
    await thread.close();
  };
}

function introduction(host: Host, watched: readonly string[], config: HostConfig, terminal: Terminal): string {
  const { data, tokens, oidc_issuer } = config;
  const { deployments } = host.engine;
  const schemas = deployments
    .aggregateTypes()
    .filter((type) => deployments.handlerOf(type) !== undefined)
    .map((type): unknown => JSON.parse(deployments.latestSchema(type)?.text ?? "[]"));
  const sample = sampleCommand(schemas);
  const lines = [
    "",
    `data in ${data}; ${watched.length === 0 ? "found no functions/ to watch" : `watching ${watched.join(" and ")}`}; Ctrl-C ends it`,
  ];
  if (tokens === "" && oidc_issuer === "")
    lines.push("nobody is asked for a token: whoever reaches it may do everything");
  if (sample !== undefined) {
    const quoted = `'${JSON.stringify(sample)}'`;
    lines.push(
      "",
      `${terminal.styled("try", "strong")}  curl -s ${host.url}/commands -H 'content-type: application/json' -d ${quoted}`,
    );
  }
  return `${lines.join("\n")}\n`;
}
