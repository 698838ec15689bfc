import { createServer, type AddressInfo } from "node:net";

import test, { type ExecutionContext } from "ava";

import { callsOf, Connection } from "./connection.ts";
import { quantile } from "./figures.ts";

/** A server that answers each request with the next of the texts, in pieces of some bytes. */
async function answering(t: ExecutionContext, texts: readonly string[], pieceBytes: number): Promise<string> {
  const left = texts.values();
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    socket.on("data", () => {
      const text = left.next().value ?? "";
      for (let at = 0; at < text.length; at += pieceBytes) socket.write(text.slice(at, at + pieceBytes));
    });
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  t.teardown(() => server.close());
  const address: AddressInfo | string | null = server.address();
  if (typeof address !== "object" || address === null) throw new Error("expected the server to listen on a port");
  return `http://127.0.0.1:${address.port}`;
}

const answer = (status: string, body: string): string =>
  `HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

for (const pieceBytes of [1, 7, 10_000])
  test(`answers in pieces of ${pieceBytes} bytes are read one after the other`, async (t) => {
    const url = await answering(
      t,
      [answer("200 OK", "one"), answer("201 Created", ""), answer("200 OK", "three")],
      pieceBytes,
    );
    using connection = await Connection.open(url);
    const bodies: string[] = [];
    for (let count = 0; count < 3; count++) bodies.push(await connection.send({ method: "GET", path: "/" }));
    t.deepEqual(bodies, ["one", "", "three"]);
  });

test("a refusal ends the calls, with what it says", async (t) => {
  const url = await answering(t, [answer("503 Service Unavailable", "come later")], 100);
  const calls = callsOf(url, { clients: 1, end: { count: 1 }, call: () => ({ method: "GET", path: "/" }) });
  await t.throwsAsync(calls, { message: "found HTTP/1.1 503 Service Unavailable: come later" });
});

test("the median is the value in the middle, and a share near one the largest", (t) => {
  t.deepEqual([quantile([3, 1, 2], 0.5), quantile([3, 1, 2], 0.99), quantile([], 0.5)], [2, 3, 0]);
});
