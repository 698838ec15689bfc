// The tokens that hold now: the file's, read again when it changes. A file that can't be read leaves in force what was.
import { EventoError, reasonOf } from "../errors.ts";
import type { Logger } from "../json-log.ts";
import type { Grant } from "./grant.ts";
import { scopeOf, ScopeSet } from "./scope.ts";
import { readTokenFile, type TokenEntry } from "./token-file.ts";
import { hashOf } from "./token.ts";
import { WatchedFiles } from "./watched-files.ts";

/** How often the file is looked at: a revoked token works no longer than this. */
const lookMs = 200;

export type TokensOptions = {
  readonly path: string;
  readonly logger: Logger;
  /** Called with what holds, at the start and after each change. The next change waits for it. */
  readonly onChange: (entries: readonly TokenEntry[]) => Promise<void>;
};

export class Tokens {
  readonly #path: string;
  readonly #logger: Logger;
  readonly #onChange: TokensOptions["onChange"];
  #byHash: ReadonlyMap<string, TokenGrant> = new Map();
  readonly #file: WatchedFiles;

  private constructor({ path, logger, onChange }: TokensOptions) {
    this.#path = path;
    this.#logger = logger;
    this.#onChange = onChange;
    this.#file = new WatchedFiles({ paths: [path], lookMs, readAgain: () => this.#readAgain() });
  }

  /** @throws EventoError TOKENS_INVALID */
  static async open(options: TokensOptions): Promise<Tokens> {
    const tokens = new Tokens(options);
    try {
      await tokens.#take(await readTokenFile(options.path));
    } catch (error) {
      await tokens.close();
      throw error;
    }
    return tokens;
  }

  /** The grant of a token; undefined for one that is unknown or has expired. */
  find(token: string): Grant | undefined {
    const grant = this.#byHash.get(hashOf(token));
    return grant?.isLive() === true ? grant : undefined;
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async #readAgain(): Promise<void> {
    try {
      await this.#take(await readTokenFile(this.#path));
      this.#logger.log("info", "access.tokens.read", { tokens: this.#byHash.size });
    } catch (error) {
      const code = error instanceof EventoError ? error.code : undefined;
      this.#logger.log("error", "access.tokens.kept", { code, reason: reasonOf(error) });
    }
  }

  async #take(entries: readonly TokenEntry[]): Promise<void> {
    const before = this.#byHash;
    this.#byHash = new Map(
      entries.map((entry) => {
        const known = before.get(entry.hash);
        // What goes on under a grant goes on when nothing of it is different.
        return [entry.hash, known?.isOf(entry) === true ? known : new TokenGrant(entry)];
      }),
    );
    for (const [hash, grant] of before) if (this.#byHash.get(hash) !== grant) grant.revoke();
    await this.#onChange(entries);
  }
}

class TokenGrant implements Grant {
  readonly name: string;
  readonly scopes: ScopeSet;
  readonly #text: string;
  /** Milliseconds since 1970. */
  #end: number;

  constructor(entry: TokenEntry) {
    this.name = entry.name;
    this.scopes = new ScopeSet(entry.scopes.map(scopeOf).filter((scope) => scope !== undefined));
    this.#text = JSON.stringify(entry);
    this.#end = entry.expires === null ? Number.POSITIVE_INFINITY : Date.parse(entry.expires);
  }

  isOf(entry: TokenEntry): boolean {
    return this.#text === JSON.stringify(entry);
  }

  isLive(): boolean {
    return Date.now() < this.#end;
  }

  revoke(): void {
    this.#end = Number.NEGATIVE_INFINITY;
  }
}
