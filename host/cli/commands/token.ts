// `evento token`: who may do what on a host. Works on the file of tokens; a host that runs sees the change by itself.
import { Option, type Command } from "commander";

import { scopeForms, scopeOf } from "../../access/scope.ts";
import { changeTokenFile, readTokenFile, tokenName, type TokenEntry } from "../../access/token-file.ts";
import { hashOf, newToken } from "../../access/token.ts";
import { EventoError } from "../../errors.ts";
import type { Context } from "../context.ts";
import { usageError } from "../exit-code.ts";
import { printTable } from "../table.ts";

type FileOptions = { readonly tokens?: string; readonly json?: boolean };
type CreateOptions = FileOptions & { readonly scope?: readonly string[]; readonly expires?: string };

const dayMs = 24 * 60 * 60_000;

export function addToken({ program, terminal }: Context): void {
  const token = program
    .command("token")
    .description("make and revoke the tokens that a host asks for")
    .addHelpText(
      "after",
      `
Scopes: ${scopeForms}.
  commands:T  post commands to aggregates of type T       deploy   deploy, roll back and remove functions, register schemas
  events:T    post events from outside                    operate  retry commands, roll functions back, see metrics
  read:T      see events and states of T; read: of all

Examples:
  $ evento token create shop --scope commands:SavingsAccount --scope read:SavingsAccount
  $ evento token create release --scope deploy --expires 30d
  $ evento token list
  $ evento token revoke shop

A host that runs takes a change over within a second. The file has hashes, never tokens.`,
    );
  withFileOptions(token.command("create").description("make a token and print it, this once"))
    .argument("<name>", "whose it is")
    .option("--scope <scope...>", "what it may do; once for each")
    .option("--expires <when>", "a time in ISO 8601, or a number of days such as 30d; never when left out")
    .addHelpText("after", "\nExample:\n  $ export EVENTO_TOKEN=$(evento token create me --scope read)")
    .action(async (name: string, options: CreateOptions) => {
      const text = newToken();
      const entry = entryOf(name, text, options);
      await changeTokenFile(pathOf(options), (entries) => {
        if (entries.some((known) => known.name === name))
          throw new EventoError("TOKEN_EXISTS", `found a token named ${name}, expected none`, {
            hint: `choose another name, or \`evento token revoke ${name}\` first`,
          });
        return [...entries, entry];
      });
      terminal.result(text);
      terminal.note(`${name} may ${entry.scopes.join(", ")}; the token is not shown again`);
    });
  withFileOptions(token.command("list").description("list names, scopes and ends of all tokens"))
    .option("--json", "print JSON, as when the output is piped")
    .addHelpText("after", "\nExample:\n  $ evento token list")
    .action(async (options: FileOptions) => {
      const shown = (await readTokenFile(pathOf(options))).map(({ name, scopes, created, expires }) => ({
        name,
        scopes,
        created,
        expires,
      }));
      if (terminal.isForPerson(options))
        printTable(
          shown,
          [
            { heading: "NAME", text: ({ name }) => name },
            { heading: "CREATED", text: ({ created }) => created },
            { heading: "EXPIRES", text: ({ expires }) => expires ?? "never" },
            { heading: "SCOPES", text: ({ scopes }) => scopes.join(" ") },
          ],
          terminal,
        );
      else for (const entry of shown) terminal.json(entry);
    });
  withFileOptions(token.command("revoke").description("take a token back"))
    .argument("<name>", "whose it is")
    .addHelpText("after", "\nExample:\n  $ evento token revoke shop")
    .action(async (name: string, options: FileOptions) => {
      await changeTokenFile(pathOf(options), (entries) => {
        if (!entries.some((entry) => entry.name === name))
          throw new EventoError("TOKEN_UNKNOWN", `found no token named ${JSON.stringify(name.slice(0, 100))}`, {
            hint: "`evento token list` lists them",
          });
        return entries.filter((entry) => entry.name !== name);
      });
      terminal.note(`revoked ${name}`);
    });
}

function withFileOptions(command: Command): Command {
  return command.addOption(new Option("--tokens <file>", "the file of tokens").env("EVENTO_TOKENS"));
}

/** @throws EventoError USAGE_INVALID */
function pathOf({ tokens }: FileOptions): string {
  if (tokens !== undefined && tokens !== "") return tokens;
  throw usageError("found no file of tokens", "name it with --tokens FILE or EVENTO_TOKENS, as for the host");
}

/** @throws EventoError USAGE_INVALID */
function entryOf(name: string, token: string, { scope = [], expires }: CreateOptions): TokenEntry {
  if (!tokenName.test(name))
    throw usageError(
      `found the name ${JSON.stringify(name.slice(0, 100))}, expected 1 to 64 characters of [A-Za-z0-9._@-]`,
      "such as evento token create shop --scope read",
    );
  if (scope.length === 0) throw usageError("found no scope, expected at least one --scope", `a scope is ${scopeForms}`);
  for (const text of scope)
    if (scopeOf(text) === undefined)
      throw usageError(`found the scope ${JSON.stringify(text.slice(0, 100))}, expected ${scopeForms}`, "see --help");
  const created = new Date();
  return {
    name,
    hash: hashOf(token),
    scopes: scope,
    created: created.toISOString(),
    expires: expires === undefined ? null : endOf(expires, created),
  };
}

/** @throws EventoError USAGE_INVALID */
function endOf(text: string, created: Date): string {
  const days = /^(\d{1,5})d$/.exec(text)?.[1];
  const end = days === undefined ? new Date(text) : new Date(created.getTime() + Number(days) * dayMs);
  if (!Number.isNaN(end.getTime()) && end > created) return end.toISOString();
  throw usageError(
    `found --expires ${JSON.stringify(text.slice(0, 100))}, expected a time to come in ISO 8601 or a number of days such as 30d`,
    "see --help",
  );
}
