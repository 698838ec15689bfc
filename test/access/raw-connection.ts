// A connection that sends what no client library would.
import { once } from "node:events";
import { connect, type Socket } from "node:net";

export async function rawConnection(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  // What the other side breaks off is what these tests are about.
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

/** Everything until the other side ends or breaks off. */
export async function textUntilEnd(socket: Socket): Promise<string> {
  let text = "";
  socket.setEncoding("latin1").on("data", (chunk: string) => {
    text += chunk;
  });
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  socket.once("close", () => resolve());
  // Not by `once`, which rejects when writing fails before.
  if (!socket.closed) await closed;
  return text;
}

/** Sends bytes and gives what comes until the other side ends. */
export async function exchange(url: string, bytes: string | Uint8Array): Promise<string> {
  const socket = await rawConnection(url);
  socket.write(bytes);
  return textUntilEnd(socket);
}
