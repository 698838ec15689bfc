// Tokens of an OpenID issuer: JWTs signed with its keys, for this host. Its keys are fetched when they are needed, and an issuer
// that is away is no fault of the caller.
import { createRemoteJWKSet, customFetch, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from "jose";

import { EventoError, reasonOf } from "../errors.ts";
import { issuerAnswerBytesMax, issuerDeadlineMs } from "../limits.ts";
import type { Grant } from "./grant.ts";
import { scopeOf, ScopeSet } from "./scope.ts";

/** Signatures only that need the issuer's private key: none of `none`, none that a public key could be used as a secret for. */
const algorithms = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
];
/** Scopes of this host among those that the claim `scope` has. */
const prefix = "evento:";
/** Clocks differ. */
const toleranceS = 30;
const subjectCharsMax = 200;
/** An issuer that is away is not asked again at once. */
const awayMs = 1_000;

export class OidcIssuer {
  readonly #issuer: string;
  readonly #audience: string;
  #keys: Promise<JWTVerifyGetKey> | undefined;
  #away: { readonly until: number; readonly error: EventoError } | undefined;

  /** Reaches out for nothing yet. @throws EventoError CONFIG_INVALID */
  constructor({ issuer, audience }: { issuer: string; audience: string }) {
    const url = URL.parse(issuer);
    const isLocal = url !== null && ["127.0.0.1", "[::1]", "localhost"].includes(url.hostname);
    if (url?.protocol !== "https:" && !(isLocal && url?.protocol === "http:"))
      throw new EventoError(
        "CONFIG_INVALID",
        `found EVENTO_OIDC_ISSUER ${JSON.stringify(issuer)}, expected a URL of https`,
      );
    this.#issuer = issuer;
    this.#audience = audience;
  }

  /** @throws EventoError UNAUTHENTICATED; ISSUER_UNAVAILABLE (retryable) */
  async grantOf(jwt: string): Promise<Grant> {
    const payload = await this.#verified(jwt);
    const { sub = "", exp = 0 } = payload;
    return {
      name: `oidc:${sub.slice(0, subjectCharsMax)}`,
      scopes: scopesOf(payload),
      isLive: () => Date.now() < (exp + toleranceS) * 1_000,
    };
  }

  async #verified(jwt: string): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(jwt, await this.#keysOnce(), {
        issuer: this.#issuer,
        audience: this.#audience,
        algorithms,
        clockTolerance: toleranceS,
        requiredClaims: ["exp", "sub"],
      });
      return payload;
    } catch (cause) {
      if (cause instanceof EventoError) throw cause;
      if (cause instanceof errors.JWKSInvalid || cause instanceof errors.JWKSTimeout) throw away(this.#issuer, cause);
      const code = cause instanceof errors.JOSEError ? cause.code : "unknown";
      throw new EventoError("UNAUTHENTICATED", `found a token of the issuer that is not good here (${code})`, {
        cause,
        hint: "get a new token for the audience of this host",
      });
    }
  }

  /** The issuer's keys; they are asked for again when that failed. */
  #keysOnce(): Promise<JWTVerifyGetKey> {
    this.#keys ??= this.#discover().catch((error: unknown) => {
      this.#keys = undefined;
      throw error;
    });
    return this.#keys;
  }

  async #discover(): Promise<JWTVerifyGetKey> {
    const response = await this.#fetch(`${this.#issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
    const found: unknown = await response.json().catch(() => undefined);
    const { issuer, jwks_uri } = { issuer: undefined, jwks_uri: undefined, ...Object(found) };
    const url = typeof jwks_uri === "string" ? URL.parse(jwks_uri) : null;
    if (issuer !== this.#issuer || url === null)
      throw away(this.#issuer, new Error("its configuration names another issuer, or no keys"));
    return createRemoteJWKSet(url, {
      timeoutDuration: issuerDeadlineMs,
      [customFetch]: (address) => this.#fetch(address),
    });
  }

  /** An answer read whole. @throws EventoError ISSUER_UNAVAILABLE */
  async #fetch(address: string): Promise<Response> {
    if (this.#away !== undefined && Date.now() < this.#away.until) throw this.#away.error;
    try {
      const response = await fetch(address, { redirect: "error", signal: AbortSignal.timeout(issuerDeadlineMs) });
      if (!response.ok) throw new Error(`${address} answered ${response.status}`);
      return new Response(await boundedText(response));
    } catch (cause) {
      const error = away(this.#issuer, cause);
      this.#away = { until: Date.now() + awayMs, error };
      throw error;
    }
  }
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > issuerAnswerBytesMax) throw new Error(`it answered more than ${issuerAnswerBytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** What is no scope of a host gives nothing. */
function scopesOf({ scope }: JWTPayload): ScopeSet {
  const texts = typeof scope === "string" ? scope.split(" ") : [];
  const scopes = texts.filter((text) => text.startsWith(prefix)).map((text) => scopeOf(text.slice(prefix.length)));
  return new ScopeSet(scopes.filter((found) => found !== undefined));
}

function away(issuer: string, cause: unknown): EventoError {
  return new EventoError("ISSUER_UNAVAILABLE", `found that the issuer ${issuer} can't be asked: ${reasonOf(cause)}`, {
    cause,
    retryable: true,
    hint: "try again; a token of the host's own file works meanwhile",
  });
}
