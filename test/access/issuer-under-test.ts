// A real OpenID issuer on loopback, with keys of its own.
import { once } from "node:events";
import { createServer, type Server } from "node:http";

import type { ExecutionContext } from "ava";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from "jose";

export const audience = "evento-under-test";

type Key = { readonly kid: string; readonly privateKey: CryptoKey; readonly publicJwk: JWK };

export class IssuerUnderTest {
  readonly url: string;
  readonly #server: Server;
  readonly #keys: Key[] = [];
  /** Requests so far, by path. */
  readonly asked: string[] = [];

  private constructor({ server, url }: { server: Server; url: string }) {
    this.#server = server;
    this.url = url;
  }

  static async start(t: ExecutionContext): Promise<IssuerUnderTest> {
    const server = createServer();
    server.listen({ host: "127.0.0.1", port: 0 });
    await once(server, "listening");
    const address = server.address();
    if (typeof address !== "object" || address === null) throw new Error("expected a port");
    const issuer = new IssuerUnderTest({ server, url: `http://127.0.0.1:${address.port}` });
    server.on("request", (request, response) => {
      issuer.asked.push(request.url ?? "");
      response.end(JSON.stringify(issuer.#answer(request.url ?? "")));
    });
    t.teardown(() => issuer.stop());
    await issuer.rotate("one");
    return issuer;
  }

  /** What a host takes tokens by. */
  get settings(): { readonly issuer: string; readonly audience: string } {
    return { issuer: this.url, audience };
  }

  get publicKey(): JWK {
    return this.#key.publicJwk;
  }

  /** Goes on with a new key beside those that were. */
  async rotate(kid: string): Promise<void> {
    const { privateKey, publicKey } = await generateKeyPair("RS256");
    this.#keys.unshift({ kid, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg: "RS256" } });
  }

  async sign(claims: { readonly [name: string]: unknown } = {}, { kid = this.#key.kid } = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1_000);
    const all = { iss: this.url, aud: audience, sub: "ada", iat: now, exp: now + 300, scope: "evento:read", ...claims };
    return new SignJWT(all).setProtectedHeader({ alg: "RS256", kid }).sign(this.#key.privateKey);
  }

  async stop(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    this.#server.closeAllConnections();
    await promise;
  }

  get #key(): Key {
    const [key] = this.#keys;
    if (key === undefined) throw new Error("expected a key");
    return key;
  }

  #answer(path: string): unknown {
    if (path === "/.well-known/openid-configuration") return { issuer: this.url, jwks_uri: `${this.url}/keys` };
    return { keys: this.#keys.map(({ publicJwk }) => publicJwk) };
  }
}
