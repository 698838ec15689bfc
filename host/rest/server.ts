// The HTTP server in front of the API, with bounds on connections, heads and silence.
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

import type { Certificate } from "../access/certificate.ts";
import { EventoError, reasonOf } from "../errors.ts";
import { connectionSilenceMsMax, headersDeadlineMs, requestsPerConnectionMax } from "../limits.ts";
import { restApp, type RestAppOptions } from "./app.ts";
import { answerClientError } from "./client-error.ts";
import { OutcomeWaits } from "./outcome-waits.ts";
import type { Route } from "./route.ts";

export type RestOptions = Omit<RestAppOptions, "closing" | "waits"> & {
  /** How many there may be at once. */
  readonly connections: number;
  /** HTTPS with it, HTTP without. */
  readonly certificate: Certificate | undefined;
  /** Port 0 takes a free one. */
  readonly address: { readonly host: string; readonly port: number };
  /** Longest silence on a connection; `connectionSilenceMsMax` when left out. */
  readonly silenceMs?: number;
};

/** How often the bounds on time are looked at. */
const checkMs = 1_000;
/** A connection without a request is kept for longer than clients and what stands between usually do: whoever ends it knows. */
const keepAliveMs = 65_000;
/** Requests that have arrived and were not read yet get an answer: connections without a request are left alone for so long. */
const graceMs = 100;
/** How often connections that have become idle are ended after that. */
const sweepMs = 20;
/** Longest wait for clients to take their answers when the server closes. */
const drainMs = 5_000;

export class RestServer {
  /** Where it listens; with the port that was taken. */
  readonly url: string;
  readonly routes: readonly Route[];
  readonly #server: Server | TlsServer;
  readonly #closing: AbortController;
  readonly #waits: OutcomeWaits;
  #closed: Promise<void> | undefined;

  private constructor(given: {
    url: string;
    routes: readonly Route[];
    server: Server | TlsServer;
    closing: AbortController;
    waits: OutcomeWaits;
  }) {
    this.url = given.url;
    this.routes = given.routes;
    this.#server = given.server;
    this.#closing = given.closing;
    this.#waits = given.waits;
  }

  /** Listens. @throws EventoError LISTEN_FAILED */
  static async listen(options: RestOptions): Promise<RestServer> {
    const closing = new AbortController();
    const waits = new OutcomeWaits();
    const { app, routes } = restApp({ ...options, closing: closing.signal, waits });
    const handle = app.callback();
    const server = serverOf(options.certificate, (request, response) => {
      void handle(request, response);
    });
    server.on("clientError", answerClientError);
    server.maxConnections = options.connections;
    // Who came too late finds room when it tries again.
    server.on("drop", () => server.closeIdleConnections());
    server.setTimeout(options.silenceMs ?? connectionSilenceMsMax);
    server.maxRequestsPerSocket = requestsPerConnectionMax;
    await listen(server, options.address);
    const scheme = options.certificate === undefined ? "http" : "https";
    return new RestServer({ url: urlOf(scheme, server.address()), routes, server, closing, waits });
  }

  /**
   * Reads no further line, lets go who follows, and is not ready any more; each answer ends its connection. What is under way goes
   * on, and who comes now is told by the engine that the host is shutting down, which is more than a refused connection tells.
   */
  stop(): void {
    this.#closing.abort();
  }

  /**
   * Ends all connections. Comes after the engine has closed: who waits for an outcome that did not come until then is told that
   * it is pending. Idempotent.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.stop();
    this.#waits.drain();
    await delay(graceMs);
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    const sweep = setInterval(() => this.#server.closeIdleConnections(), sweepMs);
    const deadline = setTimeout(() => this.#server.closeAllConnections(), drainMs);
    await ended;
    clearInterval(sweep);
    clearTimeout(deadline);
  }
}

function serverOf(certificate: Certificate | undefined, listener: RequestListener): Server | TlsServer {
  const bounds = {
    headersTimeout: headersDeadlineMs,
    // A long import is one request: bodies have deadlines of their own, where they are read.
    requestTimeout: 0,
    keepAliveTimeout: keepAliveMs,
    connectionsCheckingInterval: checkMs,
  };
  if (certificate === undefined) return createServer(bounds, listener);
  const handshake = { handshakeTimeout: headersDeadlineMs };
  const server = createTlsServer({ ...certificate.options, ...handshake, ...bounds }, listener);
  certificate.follow((options) => server.setSecureContext(options));
  return server;
}

async function listen(server: Server | TlsServer, { host, port }: RestOptions["address"]): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen({ host, port }, resolve);
  try {
    await promise;
  } catch (cause) {
    throw new EventoError("LISTEN_FAILED", `found that ${host}:${port} can't be listened on: ${reasonOf(cause)}`, {
      cause,
      hint: "stop what listens there, or set EVENTO_LISTEN to another port",
    });
  }
  server.off("error", reject);
}

function urlOf(scheme: string, address: string | AddressInfo | null): string {
  if (typeof address !== "object" || address === null)
    throw new Error("invariant broken: a listening server has an address");
  return `${scheme}://${address.family === "IPv6" ? `[${address.address}]` : address.address}:${address.port}`;
}
