// Clients that take little of the processors that they share with what they measure: each has a connection on which it writes
// requests and reads answers as bytes.
import { once } from "node:events";
import { connect, type Socket } from "node:net";

import { quantile } from "./figures.ts";

export type Call = { readonly method: "GET" | "POST"; readonly path: string; readonly body?: string };

const endOfHead = Buffer.from("\r\n\r\n");

export class Connection implements Disposable {
  readonly #socket: Socket;
  #read: Buffer = Buffer.alloc(0);
  #answer: PromiseWithResolvers<string> | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
    socket.on("error", (error) => this.#answer?.reject(error));
    socket.on("close", () => this.#answer?.reject(new Error("the connection was closed before the answer")));
  }

  static async open(url: string): Promise<Connection> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    await once(socket, "connect");
    return new Connection(socket);
  }

  /** @returns the body of the answer; one call at a time. @throws Error when the answer is a refusal. */
  send({ method, path, body = "" }: Call): Promise<string> {
    this.#answer = Promise.withResolvers();
    const length =
      body === "" ? "" : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
    this.#socket.write(`${method} ${path} HTTP/1.1\r\nhost: localhost\r\n${length}\r\n${body}`);
    return this.#answer.promise;
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#read = this.#read.length === 0 ? chunk : Buffer.concat([this.#read, chunk]);
    const headEnd = this.#read.indexOf(endOfHead);
    if (headEnd === -1) return;
    const head = this.#read.toString("latin1", 0, headEnd);
    const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1]);
    const bodyStart = headEnd + endOfHead.length;
    if (this.#read.length < bodyStart + length) return;
    const body = this.#read.toString("utf8", bodyStart, bodyStart + length);
    this.#read = this.#read.subarray(bodyStart + length);
    const status = Number(head.slice("HTTP/1.1 ".length, "HTTP/1.1 200".length));
    if (status >= 200 && status < 300) this.#answer?.resolve(body);
    else this.#answer?.reject(new Error(`found ${head.split("\r\n")[0]}: ${body.slice(0, 300)}`));
  }
}

export type Calls = {
  readonly count: number;
  /** A second. */
  readonly rate: number;
  /** Milliseconds: the median and the 99th percentile. */
  readonly p50: number;
  readonly p99: number;
};

/** How long calls go on: for a time, or until there were so many. */
export type CallsEnd = { readonly seconds: number } | { readonly count: number };

/** Calls by clients that each wait for their answer before the next. */
export async function callsOf(
  url: string,
  { clients, end, call }: { clients: number; end: CallsEnd; call: (index: number) => Call },
): Promise<Calls> {
  const connections = await Promise.all(Array.from({ length: clients }, () => Connection.open(url)));
  const times: number[] = [];
  const begun = performance.now();
  const until = "seconds" in end ? begun + end.seconds * 1_000 : Infinity;
  const countMax = "count" in end ? end.count : Infinity;
  let next = 0;
  const client = async (connection: Connection): Promise<void> => {
    while (performance.now() < until && next < countMax) {
      const sent = performance.now();
      await connection.send(call(next++));
      times.push(performance.now() - sent);
    }
  };
  try {
    await Promise.all(connections.map(client));
  } finally {
    for (const connection of connections) connection[Symbol.dispose]();
  }
  const rate = times.length / ((performance.now() - begun) / 1_000);
  return { count: times.length, rate, p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}
