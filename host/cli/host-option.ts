// The options that every command which talks to a host has.
import { Option, type Command } from "commander";

import { HostClient } from "../client/host-client.ts";

export type HostOptions = { readonly host: string; readonly json?: boolean };

/** Adds `--host` and `--json`. A token comes from EVENTO_TOKEN. */
export function withHostOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--host <url>", "where the host is; with EVENTO_TOKEN for a token")
        .env("EVENTO_URL")
        .default("http://127.0.0.1:8080"),
    )
    .option("--json", "print JSON, as when the output is piped");
}

export function clientOf(options: HostOptions): HostClient {
  // Not an option: what is on the command line, everybody on the machine can read.
  return new HostClient({ url: options.host, token: process.env["EVENTO_TOKEN"] });
}
