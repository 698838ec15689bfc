// Who is let in: by a token of the file, by an issuer's, or everybody where neither is asked for. Refusals and changes of rights
// are events of Evento's own history.
import type { IncomingMessage } from "node:http";

import { EventoError, reasonOf } from "../errors.ts";
import type { AccessHistory } from "../engine/access-history.ts";
import type { Logger } from "../json-log.ts";
import { Caller } from "./caller.ts";
import { openGrant, type Grant } from "./grant.ts";
import { OidcIssuer } from "./oidc-issuer.ts";
import { Refusals } from "./refusals.ts";
import type { Action } from "./scope.ts";
import type { TokenEntry } from "./token-file.ts";
import { isToken } from "./token.ts";
import { Tokens } from "./tokens.ts";

export type AccessOptions = {
  /** The file of tokens; empty for none. */
  readonly tokens: string;
  /** An OpenID issuer whose tokens are taken. */
  readonly issuer: { readonly issuer: string; readonly audience: string } | undefined;
  readonly history: AccessHistory;
  readonly logger: Logger;
};

type AdmittedRoute = { readonly path: string; readonly access: "open" | readonly Action[] };

/** Who may do everything is refused nothing. */
const anybody = new Caller({ grant: openGrant, onRefusal: () => {} });

export class Access {
  readonly #logger: Logger;
  readonly #refusals: Refusals;
  readonly #issuer: OidcIssuer | undefined;
  #tokens: Tokens | undefined;

  private constructor({ history, issuer, logger }: AccessOptions) {
    this.#issuer = issuer === undefined ? undefined : new OidcIssuer(issuer);
    this.#logger = logger;
    this.#refusals = new Refusals({
      record: (refusals) => this.#record(() => history.refused(refusals)),
    });
  }

  /** Tells the history what has changed since the last start. @throws EventoError TOKENS_INVALID */
  static async open(options: AccessOptions): Promise<Access> {
    const { tokens: path, logger } = options;
    const access = new Access(options);
    const onChange = (entries: readonly TokenEntry[]): Promise<void> =>
      access.#record(() => options.history.grantsAre(entries));
    if (path === "") await onChange([]);
    else access.#tokens = await Tokens.open({ path, logger, onChange });
    return access;
  }

  /** False when everybody who reaches the host may do everything. */
  get isAsked(): boolean {
    return this.#tokens !== undefined || this.#issuer !== undefined;
  }

  /**
   * The caller of a request to a route.
   *
   * @throws EventoError UNAUTHENTICATED; ISSUER_UNAVAILABLE; FORBIDDEN for who has none of the route's scopes
   */
  async admit(request: IncomingMessage, route: AdmittedRoute): Promise<Caller> {
    if (!this.isAsked || route.access === "open") return anybody;
    const about = { address: request.socket.remoteAddress ?? "", method: request.method ?? "", route: route.path };
    try {
      const grant = await this.#grantOf(request.headers.authorization);
      const caller = new Caller({
        grant,
        onRefusal: ({ code, scope }) => this.#refusals.add({ code, scope, caller: grant.name, ...about }),
      });
      caller.requireSome(route.access);
      return caller;
    } catch (error) {
      if (error instanceof EventoError && error.code === "UNAUTHENTICATED")
        this.#refusals.add({ code: "UNAUTHENTICATED", caller: "", ...about, scope: null });
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#tokens?.close();
    await this.#refusals.close();
  }

  async #grantOf(authorization: string | undefined): Promise<Grant> {
    if (authorization === undefined) throw unauthenticated("no header Authorization");
    const bearer = /^Bearer +(\S{1,8192})$/i.exec(authorization)?.[1];
    if (bearer === undefined) throw unauthenticated("a header Authorization of another form");
    if (!isToken(bearer) && this.#issuer !== undefined) return this.#issuer.grantOf(bearer);
    const grant = isToken(bearer) ? this.#tokens?.find(bearer) : undefined;
    if (grant === undefined) throw unauthenticated("a token that is unknown or has expired");
    return grant;
  }

  /** The history can only fail with the whole host: that is told elsewhere, and no caller waits for it. */
  async #record(append: () => Promise<void>): Promise<void> {
    try {
      await append();
    } catch (error) {
      this.#logger.log("error", "access.history.failed", { reason: reasonOf(error) });
    }
  }
}

/** Says nothing of what was given: it may be a token with a slip in it. */
function unauthenticated(found: string): EventoError {
  return new EventoError("UNAUTHENTICATED", `found ${found}, expected Authorization: Bearer TOKEN`, {
    hint: "ask who runs the host for a token; `evento token create` makes one",
  });
}
