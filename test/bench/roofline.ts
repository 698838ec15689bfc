// The least that an event-sourced server does for a command, for ratios that travel: JSON over HTTP, a command that is on the disk
// before a function in a process of its own is called, an event that is on the disk before the answer. No schema, no rules, no reads.
//
//   roofline.ts <data> http | koa       koa costs some 15 µs a request, and carries the product's route too
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import Koa from "koa";

import { FrameWriter, onFrames } from "./roofline-frames.ts";
import { RooflineLog } from "./roofline-log.ts";
import { commandType, eventType, type RooflineCommand } from "./roofline-record.ts";

type Listener = { listen(port: number, host: string): Server };
type Account = { balance: number; sequence: number };
type Answer = { readonly command: string; readonly balance: number; readonly sequence: number };

const [, , data = "", kind = "http"] = process.argv;
const log = await RooflineLog.open(join(data, "roofline"));
const accounts = new Map<string, Account>();
/** The last command of each account that has one under way: one at a time, as they came. */
const turns = new Map<string, Promise<void>>();
const callFunction = startFunction();

const listener: Listener = kind === "koa" ? koaServer() : plainServer();
const server = listener.listen(0, "127.0.0.1");
server.once("listening", () => {
  const address = server.address();
  if (typeof address === "object" && address !== null) process.send?.(`http://127.0.0.1:${address.port}`);
});
process.once("SIGTERM", () => {
  log.close().then(
    () => process.exit(0),
    () => process.exit(1),
  );
});

function plainServer(): Listener {
  const serve = async (request: IncomingMessage): Promise<string> =>
    JSON.stringify(await handle(await bodyOf(request)));
  return createServer((request, response) => {
    serve(request).then(
      (body) => {
        const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
        response.writeHead(200, headers).end(body);
      },
      (error: unknown) => response.writeHead(422).end(String(error)),
    );
  });
}

function koaServer(): Listener {
  const app = new Koa();
  app.use(async (ctx) => {
    ctx.body = await handle(await bodyOf(ctx.req));
  });
  return app;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.once("end", resolve);
  request.once("error", reject);
  await promise;
  const [first] = chunks;
  return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
}

async function handle(body: Buffer): Promise<Answer> {
  const { entity, command_type, payload } = JSON.parse(body.toString());
  const command: RooflineCommand = {
    id: randomUUID(),
    type: command_type,
    entity,
    amount: Number(payload.amount),
    source: payload.source,
    time: Date.now(),
    user: "bench",
    correlation: randomUUID(),
    causation: "",
  };
  const bytes = commandType.toBuffer(command);
  await log.append(bytes);
  const { promise: turn, resolve: endTurn } = Promise.withResolvers<void>();
  const before = turns.get(entity);
  turns.set(entity, turn);
  await before;
  const amount = await callFunction(bytes);
  const account = accounts.get(entity) ?? { balance: 0, sequence: 0 };
  accounts.set(entity, account);
  account.balance += amount;
  account.sequence++;
  const { balance, sequence } = account;
  if (turns.get(entity) === turn) turns.delete(entity);
  endTurn();
  const event = { ...command, id: randomUUID(), type: "Deposited", amount, sequence, causation: command.id };
  await log.append(eventType.toBuffer(event));
  return { command: command.id, balance, sequence };
}

/** A process that answers commands in their order. */
function startFunction(): (command: Buffer) => Promise<number> {
  const child = spawn(process.execPath, [fileURLToPath(new URL("roofline-echo-child.ts", import.meta.url))], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  process.once("exit", () => child.kill());
  const waiting: ((amount: number) => void)[] = [];
  onFrames(child.stdout, (message) => waiting.shift()?.(message.readDoubleLE(0)));
  const commands = new FrameWriter(child.stdin);
  return (command) => {
    const { promise, resolve } = Promise.withResolvers<number>();
    waiting.push(resolve);
    commands.send(command);
    return promise;
  };
}
