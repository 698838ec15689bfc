// The file of tokens: who has one, what for and until when, with hashes in place of the tokens. Written whole, beside and then over.
import { chmod, open, readFile, rename, unlink } from "node:fs/promises";

import { EventoError, reasonOf } from "../errors.ts";
import { tokenFileBytesMax, tokensMax } from "../limits.ts";
import { isMissing } from "../storage/durable-file.ts";
import { scopeForms, scopeOf } from "./scope.ts";

export type TokenEntry = {
  readonly name: string;
  /** SHA-256 of the token, in hex. */
  readonly hash: string;
  readonly scopes: readonly string[];
  /** ISO 8601, UTC. */
  readonly created: string;
  /** ISO 8601, UTC; null for never. */
  readonly expires: string | null;
};

type Fields = { readonly [name: string]: unknown };

export const tokenName = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;

/** @throws EventoError TOKENS_INVALID naming the file and what is wrong */
export async function readTokenFile(path: string): Promise<readonly TokenEntry[]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new EventoError("TOKENS_INVALID", `found the file of tokens ${path} unreadable: ${reasonOf(cause)}`, {
      cause,
      hint: "make one with `evento token create NAME --scope read`",
    });
  }
  try {
    return entriesOf(text);
  } catch (cause) {
    throw new EventoError("TOKENS_INVALID", `found the file of tokens ${path} wrong: ${reasonOf(cause)}`, { cause });
  }
}

/**
 * Changes the file by what it holds now, making it where there is none.
 *
 * @throws EventoError TOKENS_INVALID; TOKENS_BUSY when somebody else is changing it
 */
export async function changeTokenFile(
  path: string,
  change: (entries: readonly TokenEntry[]) => readonly TokenEntry[],
): Promise<void> {
  const beside = `${path}.new`;
  // Nobody but the one who made it changes the file: two changes at once would lose one of them.
  const file = await open(beside, "wx", 0o600).catch((cause: unknown) => {
    throw new EventoError("TOKENS_BUSY", `found that ${beside} can't be made: ${reasonOf(cause)}`, {
      cause,
      hint: `when nobody else changes tokens now, remove ${beside} and try again`,
    });
  });
  try {
    const entries = change(await readIfThere(path));
    await file.writeFile(`${JSON.stringify({ tokens: entries }, undefined, 2)}\n`);
    await file.sync();
    await chmod(beside, 0o600);
    await rename(beside, path);
  } catch (error) {
    await unlink(beside);
    throw error;
  } finally {
    await file.close();
  }
}

async function readIfThere(path: string): Promise<readonly TokenEntry[]> {
  try {
    return await readTokenFile(path);
  } catch (error) {
    if (error instanceof EventoError && isMissing(error.cause)) return [];
    throw error;
  }
}

function entriesOf(text: string): readonly TokenEntry[] {
  if (text.length > tokenFileBytesMax) throw new Error(`it is longer than ${tokenFileBytesMax} bytes`);
  const { tokens } = fieldsOf(JSON.parse(text), ["tokens"]);
  if (!Array.isArray(tokens)) throw new Error("tokens is no list");
  if (tokens.length > tokensMax) throw new Error(`it has ${tokens.length} tokens, expected at most ${tokensMax}`);
  const entries = tokens.map(entryOf);
  const names = new Set(entries.map(({ name }) => name));
  if (names.size < entries.length) throw new Error("two tokens have one name");
  return entries;
}

function entryOf(value: unknown): TokenEntry {
  const { name, hash, scopes, created, expires } = fieldsOf(value, ["name", "hash", "scopes", "created", "expires"]);
  if (typeof name !== "string" || !tokenName.test(name)) throw new Error("a token has no name of the right form");
  if (typeof hash !== "string" || !/^[0-9a-f]{64}$/.test(hash)) throw new Error(`${name} has no SHA-256 in hex`);
  if (!isTime(created)) throw new Error(`${name} has no time of creation`);
  if (expires !== null && !isTime(expires)) throw new Error(`${name} has no time of expiry, and not null either`);
  return { name, hash, scopes: scopesOf(name, scopes), created, expires };
}

function scopesOf(name: string, value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw new Error(`${name} has no list of scopes`);
  return value.map((scope: unknown) => {
    if (typeof scope === "string" && scopeOf(scope) !== undefined) return scope;
    throw new Error(`${name} has the scope ${JSON.stringify(scope)}, expected ${scopeForms}`);
  });
}

function fieldsOf(value: unknown, names: readonly string[]): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("found no object");
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  // A member that is not understood may be a limit that would not be kept.
  if (unknown !== undefined) throw new Error(`${unknown} is unknown, expected ${names.join(", ")}`);
  return { ...value };
}

function isTime(value: unknown): value is string {
  return typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value));
}
