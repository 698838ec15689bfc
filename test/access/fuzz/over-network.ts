// A host in a process of its own, given changed requests and components: it answers or ends the connection, and goes on.
import { hash } from "node:crypto";
import { once } from "node:events";
import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

import { memoryOf } from "../../linux-process.ts";
import { deploy, type HostProcess } from "../host-process.ts";
import { rawConnection } from "../raw-connection.ts";
import { ComponentMutation } from "./component-mutation.ts";
import { Mutation } from "./mutation.ts";

type Run = { readonly host: HostProcess; readonly seed: number; readonly ms: number };

const connectionCount = 24;
/** A changed head may announce more than comes: the answer is not waited for any longer. */
const answerMsMax = 100;
const componentsBetweenLooks = 20;
/** What a host may have while components are checked: each of them waits in it, and nothing of it stays. */
const hostBytesMax = 1_200 << 20;

const draft = JSON.stringify({ entity: "greeting:1", command_type: "Greet", payload: { name: "Ada" } });
const requestOf = (head: string, body: string): string =>
  `${head} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

/** Changed bodies under heads that fit them, on connections that go on. */
export async function fuzzBodies({ host, seed, ms }: Run): Promise<number> {
  const seeds = [draft, '{"rules":[{"on":"*","when":"true","dispatch":[]}]}', '{"version":1}', "[]"].map(utf8);
  const heads = [
    "POST /commands",
    "POST /events",
    "PUT /functions/fuzz",
    "PUT /schemas/Fuzz",
    "POST /functions/fuzz/rollback",
  ];
  return onConnections({ host, ms }, async (socket, index) => {
    const mutation = new Mutation({ seed: seed + index });
    const body = mutation.of(seeds);
    const head = `${mutation.pick(heads)} HTTP/1.1\r\nHost: localhost\r\nPrefer: respond-async\r\n`;
    const type = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
    return exchange(socket, Buffer.concat([utf8(head + type), body]));
  });
}

/** Changed requests, heads and all. */
export async function fuzzRequests({ host, seed, ms }: Run): Promise<number> {
  const seeds = [
    requestOf("POST /commands", draft),
    requestOf("GET /events?after=0&limit=10&aggregate=greeting:1", ""),
    requestOf("GET /aggregates/greeting:1?at_sequence=1", ""),
    requestOf("GET /registry/subjects/Greeting.Greeted/versions/latest", ""),
    "POST /commands HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}\n{}\r\n0\r\n\r\n",
  ].map(utf8);
  return onConnections({ host, ms }, async (socket, index) =>
    exchange(socket, new Mutation({ seed: seed + index }).of(seeds)),
  );
}

/**
 * Components at the gate: those of a corpus in turns with good ones whose sections or bytes were changed.
 *
 * @param run.components - good ones. @returns how many that were not alike.
 */
export async function fuzzComponents(
  run: Run & { readonly components: readonly Uint8Array[]; readonly corpus: readonly Uint8Array[] },
): Promise<number> {
  const { host, seed, ms, components, corpus } = run;
  const mutation = new Mutation({ seed });
  const sections = new ComponentMutation({ mutation, seeds: components });
  const end = performance.now() + ms;
  const digests = new Set<string>();
  for (let index = 0; performance.now() < end; index++) {
    const changed = index % 4 === 3 ? mutation.of(components) : sections.next();
    const bytes = Buffer.from((index % 2 === 0 ? corpus[index / 2] : undefined) ?? changed);
    digests.add(hash("sha256", bytes));
    const status = await deploy(host.url, "mutant", bytes);
    if (status >= 500) throw new Error(`found ${status} for the component ${bytes.toString("base64")}`);
    if (index % componentsBetweenLooks === 0) await requireBounded(host);
  }
  return digests.size;
}

/** @throws when the host has taken more memory than it should ever have to */
async function requireBounded({ pid }: HostProcess): Promise<void> {
  const bytes = await memoryOf(pid);
  if (bytes > hostBytesMax) throw new Error(`found the host at ${bytes} bytes, expected ${hostBytesMax} at most`);
}

/** Gives connections inputs for a time; one that was ended is replaced. */
async function onConnections(
  { host, ms }: { host: HostProcess; ms: number },
  send: (socket: Socket, index: number) => Promise<string>,
): Promise<number> {
  const end = performance.now() + ms;
  let count = 0;
  const go = async (): Promise<void> => {
    let socket = await rawConnection(host.url);
    while (performance.now() < end) {
      const index = count++;
      if (!socket.writable) {
        socket.destroy();
        socket = await rawConnection(host.url);
      }
      const answer = await send(socket, index);
      const status = Number(/^HTTP\/1.1 (\d{3})/.exec(answer)?.[1] ?? 0);
      if (status >= 500 && !(status === 503 && /^Retry-After:/im.test(answer)))
        throw new Error(`found ${answer.slice(0, 500)} for input ${index}`);
      if (!host.isAlive()) throw new Error(`found the host ended by input ${index} or one before: ${host.log()}`);
    }
    socket.destroy();
  };
  await Promise.all(Array.from({ length: connectionCount }, go));
  return count;
}

/** Sends bytes and gives the first answer; a connection whose answer is not whole is not used again. */
async function exchange(socket: Socket, bytes: Uint8Array): Promise<string> {
  let text = "";
  const take = (chunk: Buffer): void => {
    text += chunk.toString("latin1");
  };
  const over = new AbortController();
  socket.on("data", take).write(bytes);
  const signal = AbortSignal.any([over.signal, AbortSignal.timeout(answerMsMax)]);
  while (!isWhole(text) && socket.readable && !signal.aborted)
    await Promise.race([
      once(socket, "data", { signal }).catch(() => {}),
      once(socket, "close", { signal }).catch(() => {}),
    ]);
  over.abort();
  socket.off("data", take);
  if (!isWhole(text)) socket.destroy();
  // Lets the loop turn when everything is there at once.
  else if (socket.readableLength > 0) await delay(0);
  return text;
}

function isWhole(text: string): boolean {
  const headEnd = text.indexOf("\r\n\r\n");
  if (headEnd === -1) return false;
  const length = /^Content-Length: (\d+)/im.exec(text.slice(0, headEnd))?.[1];
  return length !== undefined && text.length === headEnd + 4 + Number(length);
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
