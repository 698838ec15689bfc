// What a durable command costs at least: koa, JSON, one synced LevelDB write a group. No function, no schema, no event.
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import Koa from "koa";
import { Level } from "level";

const db = new Level<Buffer, Buffer>(join(process.argv[2] ?? "", "roofline"), {
  keyEncoding: "buffer",
  valueEncoding: "buffer",
});
await db.open();

let waiting: { readonly body: Buffer; readonly done: () => void }[] = [];
let isWriting = false;
let group = 0;

async function write(): Promise<void> {
  isWriting = true;
  while (waiting.length > 0) {
    const taken = waiting;
    waiting = [];
    const key = Buffer.alloc(8);
    key.writeBigUInt64BE(BigInt(++group));
    await db.put(key, Buffer.concat(taken.map(({ body }) => body)), { sync: true });
    for (const { done } of taken) done();
  }
  isWriting = false;
}

const app = new Koa();
app.use(async (ctx) => {
  const chunks: Buffer[] = [];
  for await (const chunk of ctx.req) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const { promise, resolve } = Promise.withResolvers<void>();
  waiting.push({ body, done: resolve });
  if (!isWriting) void write();
  await promise;
  ctx.type = "application/json";
  ctx.body = JSON.stringify({ command: JSON.parse(body.toString()), status: "done" });
});
const server = app.listen(0, "127.0.0.1", () => {
  const address: AddressInfo | string | null = server.address();
  if (typeof address === "object" && address !== null) process.send?.(`http://127.0.0.1:${address.port}`);
});
process.once("SIGTERM", () => process.exit(0));
