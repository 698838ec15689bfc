// The host's settings as options of a command, under the same names as in the environment and the configuration file.
import { Option, type Command } from "commander";

import { readConfig, settings, type HostConfig } from "../config.ts";

type Values = { readonly [name: string]: string | boolean | undefined };

/** Adds `--config` and an option a setting. */
export function withConfigOptions(command: Command): Command {
  command.option("--config <file>", "JSON file of settings, by the names below with underscores (EVENTO_CONFIG)");
  for (const [name, { about, fallback, kind }] of Object.entries(settings)) {
    const flag = `--${name.replaceAll("_", "-")}`;
    const value = kind === "count" ? " <n>" : " <text>";
    const usual = fallback === "" || kind === "flag" ? "" : `; default ${fallback}`;
    const description = `${about} (${variableOf(name)}${usual})`;
    command.addOption(new Option(kind === "flag" ? flag : flag + value, description));
  }
  return command;
}

/** The configuration by flags, environment and file. @throws EventoError CONFIG_INVALID */
export function configOf(options: Values): HostConfig {
  const flags: { [name: string]: string | undefined } = { config: textOf(options["config"]) };
  for (const name of Object.keys(settings)) flags[name] = textOf(options[attributeOf(name)]);
  return readConfig({ flags });
}

function textOf(value: string | boolean | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

/** The name under which commander keeps an option's value: `kafkaBrokers`. */
function attributeOf(name: string): string {
  return name.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

function variableOf(name: string): string {
  return `EVENTO_${name.toUpperCase()}`;
}
