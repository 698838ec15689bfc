// A file of tokens for a test, and tokens of it.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { ExecutionContext } from "ava";

import { changeTokenFile } from "../../host/access/token-file.ts";
import { hashOf, newToken } from "../../host/access/token.ts";

export class TokensUnderTest {
  readonly path: string;

  constructor(t: ExecutionContext) {
    const directory = mkdtempSync(join(tmpdir(), "evento-tokens-"));
    t.teardown(() => rmSync(directory, { recursive: true }));
    this.path = join(directory, "tokens.json");
    this.write('{"tokens": []}');
  }

  /** Puts anything into the file. */
  write(text: string): void {
    writeFileSync(this.path, text);
  }

  text(): Promise<string> {
    return readFile(this.path, "utf8");
  }

  async create(name: string, scopes: readonly string[], expires: string | null = null): Promise<string> {
    const token = newToken();
    const created = new Date().toISOString();
    await changeTokenFile(this.path, (entries) => [
      ...entries,
      { name, hash: hashOf(token), scopes, created, expires },
    ]);
    return token;
  }

  async revoke(name: string): Promise<void> {
    await changeTokenFile(this.path, (entries) => entries.filter((entry) => entry.name !== name));
  }
}

export function bearer(token: string): { readonly authorization: string } {
  return { authorization: `Bearer ${token}` };
}
