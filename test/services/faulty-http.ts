// An HTTP proxy that fails on purpose: loses replies after the work was done, or answers an error instead.
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";

export type HttpFault = "none" | "lose-reply" | "answer-500" | "answer-503";

export type FaultyHttp = {
  readonly url: string;
  /** What happens to the next requests, one by one; afterwards nothing does. */
  plan(faults: readonly HttpFault[]): void;
  /** Method and fault of each request since the start. */
  readonly seen: readonly string[];
  close(): Promise<void>;
};

export async function startFaultyHttp(upstreamPort: number): Promise<FaultyHttp> {
  let planned: HttpFault[] = [];
  const seen: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const fault = planned.shift() ?? "none";
    seen.push(`${incoming.method} ${fault}`);
    if (fault === "answer-500" || fault === "answer-503") {
      incoming.resume();
      outgoing.writeHead(Number(fault.slice(-3))).end();
      return;
    }
    forward(incoming, outgoing, { upstreamPort, loseReply: fault === "lose-reply" });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port was given");
  return {
    url: `http://127.0.0.1:${address.port}`,
    plan(faults) {
      planned = [...faults];
    },
    seen,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { upstreamPort, loseReply }: { upstreamPort: number; loseReply: boolean },
): void {
  const { method, url: path, headers } = incoming;
  const upstream = request({ host: "127.0.0.1", port: upstreamPort, method, path, headers }, (answer) => {
    if (loseReply) {
      answer.resume();
      answer.once("end", () => incoming.socket.destroy());
      return;
    }
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  upstream.once("error", () => incoming.socket.destroy());
  incoming.pipe(upstream);
}
