// REST as the command line uses it: JSON in and out, refusals and broken connections as EventoErrors.
import { EventoError, reasonOf } from "../errors.ts";
import { hostProblem } from "./host-problem.ts";
import { textLines } from "./text-lines.ts";

/** Nothing answers at the host's address, or the connection broke. */
export const unreachableCode = "HOST_UNREACHABLE";

/** Longest wait for the head of an answer, beyond what the call itself asks the host to wait. */
const answerWaitMs = 30_000;

export type Query = { readonly [name: string]: string | number | undefined };

export type Call = {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Path segments, percent-encoded here. */
  readonly path: readonly string[];
  readonly query?: Query;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string | Uint8Array<ArrayBuffer> | AsyncIterable<Uint8Array>;
  /** Longest wait for the head of the answer, in milliseconds. Infinity for a body that somebody types. */
  readonly waitMs?: number;
  /** Longest silence within a body that is read as it comes; none is too long when left out. */
  readonly silenceMs?: number;
  readonly signal?: AbortSignal;
};

export class HostClient {
  readonly #url: URL;
  readonly #authorization: { readonly authorization?: string };

  /** @throws EventoError USAGE_INVALID when the URL is none of http or https. */
  constructor({ url, token = "" }: { url: string; token?: string | undefined }) {
    const text = url.includes("://") ? url : `http://${url}`;
    // Not URL.parse: the client runs on Node 20 too.
    const parsed = URL.canParse(text) ? new URL(text) : undefined;
    if (parsed === undefined || !["http:", "https:"].includes(parsed.protocol))
      throw new EventoError(
        "USAGE_INVALID",
        `found the host ${JSON.stringify(url)}, expected a URL such as http://127.0.0.1:8080`,
        { hint: "on the command line it is --host" },
      );
    this.#url = parsed;
    this.#authorization = token === "" ? {} : { authorization: `Bearer ${token}` };
  }

  get url(): string {
    return this.#url.href.replace(/\/$/, "");
  }

  /** The JSON that a GET answers. @throws EventoError HOST_UNREACHABLE, or the host's refusal under its code. */
  async get(path: readonly string[], query: Query = {}): Promise<unknown> {
    return this.json({ method: "GET", path, query });
  }

  /** The JSON that a call answers; undefined for an empty answer. */
  async json<Answer = unknown>(call: Call): Promise<Answer | undefined> {
    const response = await this.#request({ ...call, headers: { accept: "application/json", ...call.headers } });
    const text = await this.#reading(() => response.text());
    return text === "" ? undefined : parsed(text, response);
  }

  /** The lines of an answer, as they come. */
  async *lines(call: Call): AsyncGenerator<string> {
    yield* textLines(this.bytes(call));
  }

  /** The body of an answer, as it comes. */
  async *bytes(call: Call): AsyncGenerator<Uint8Array> {
    const response = await this.#request(call);
    if (response.body === null) return;
    const reader = response.body.getReader();
    try {
      for (;;) {
        const { done, value } = await this.#reading(() => readWithin(reader, call.silenceMs));
        if (done) return;
        yield value;
      }
    } finally {
      // Whoever has read enough gives the connection back.
      await reader.cancel().catch(() => undefined);
    }
  }

  async #request({
    method,
    path,
    query = {},
    headers = {},
    body,
    waitMs = answerWaitMs,
    signal,
  }: Call): Promise<Response> {
    const url = new URL(`${this.url}/${path.map(encodeURIComponent).join("/")}`);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, String(value));
    const late = new AbortController();
    const giveUp = (): void => late.abort(new Error(`no answer within ${waitMs / 1_000} s`));
    const timer = Number.isFinite(waitMs) ? setTimeout(giveUp, waitMs) : undefined;
    const response = await this.#reading(() =>
      fetch(url, {
        method,
        headers: { ...headers, ...this.#authorization },
        ...(body === undefined ? {} : bodyOf(body)),
        signal: signal === undefined ? late.signal : AbortSignal.any([late.signal, signal]),
        redirect: "error",
      }),
    ).finally(() => clearTimeout(timer));
    if (response.ok) return response;
    const text = await this.#reading(() => response.text());
    throw hostProblem(parsed(text, response), response.status);
  }

  async #reading<Result>(read: () => Promise<Result>): Promise<Result> {
    try {
      return await read();
    } catch (cause) {
      if (cause instanceof EventoError) throw cause;
      throw new EventoError(unreachableCode, `found no host at ${this.url}: ${networkReason(cause)}`, {
        cause,
        retryable: true,
        hint: "start one with `evento dev`, or say where it is with --host URL or EVENTO_URL",
      });
    }
  }
}

type BytesReader = ReadableStreamDefaultReader<Uint8Array>;

/** @throws when nothing comes for so long: a connection that died without a word looks like one on which nothing happens. */
async function readWithin(
  reader: BytesReader,
  silenceMs: number | undefined,
): Promise<Awaited<ReturnType<BytesReader["read"]>>> {
  if (silenceMs === undefined) return reader.read();
  let wasSilent = false;
  const timer = setTimeout(() => {
    wasSilent = true;
    // Ends the read as if the body had.
    reader.cancel().catch(() => undefined);
  }, silenceMs);
  try {
    const read = await reader.read();
    if (wasSilent) throw new Error(`nothing came for ${silenceMs / 1_000} s`);
    return read;
  } finally {
    clearTimeout(timer);
  }
}

function bodyOf(body: NonNullable<Call["body"]>): RequestInit {
  if (typeof body === "string" || body instanceof Uint8Array) return { body };
  // Answers come while the body is still being sent.
  return { body: ReadableStream.from(body), duplex: "half" };
}

/** What the text means is what its reader takes it for: a host is believed. */
function parsed(text: string, response: Response): ReturnType<typeof JSON.parse> {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new EventoError(
      "ANSWER_INVALID",
      `found an answer ${response.status} that is not JSON at ${response.url}, expected an Evento host`,
      {
        cause,
        // What stands between speaks for a host that is away.
        retryable: [502, 503, 504].includes(response.status),
        hint: "is there another server at this address? see --host",
      },
    );
  }
}

/** What the network layer says is in the cause of fetch's own error. */
function networkReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof AggregateError) return error.cause.errors.map(reasonOf).join(", ");
  return error.cause instanceof Error ? error.cause.message : error.message;
}
