// A client with many writers, in a process of its own so that it outlives every host. Writes a receipt of each answer to a file and
// syncs it before it asks for anything more.
//
//   node client-child.ts <file of receipts> <name> <seed> <writers>
import { fsyncSync, openSync, writeSync } from "node:fs";

import { ask, isAway } from "./asking.ts";
import type { ClientOrder, ClientReport } from "./client.ts";
import { Dice } from "./dice.ts";
import type { Receipt } from "./receipt.ts";
import { drawRequest, type Draft, type Request } from "./request.ts";

const [path = "", name = "", seed = "1", writers = "1"] = process.argv.slice(2);
/** Between two tries when there is no new host meanwhile. */
const retryMs = 50;
/** What was answered lately, of which some is asked again. */
const recentMax = 50;

const receipts = openSync(path, "a");
const sequences = new Map<string, number>();
const recent: Request[] = [];
/** Sent, and not known what became of them. */
const untold = new Set<string>();
let answered = 0;

/** A writer waits here while no host is to be asked. */
let gate = Promise.withResolvers<string>();
let isShut = true;
let waitingWriters = 0;

process.on("message", (order: ClientOrder) => {
  if (order.kind === "stop") process.exit(0);
  if (order.kind === "pause") {
    if (!isShut) gate = Promise.withResolvers<string>();
    isShut = true;
    reportWhenIdle();
    return;
  }
  isShut = false;
  gate.resolve(order.url);
});
process.on("disconnect", () => process.exit(0));

function reportWhenIdle(): void {
  if (!isShut || waitingWriters < Number(writers)) return;
  tell({ kind: "idle", untold: [...untold] });
}

function tell(report: ClientReport): void {
  process.send?.(report);
}

async function passGate(): Promise<string> {
  waitingWriters++;
  reportWhenIdle();
  const url = await gate.promise;
  waitingWriters--;
  return url;
}

/** Goes on until the process is ended. */
async function write(writer: number): Promise<never> {
  const dice = new Dice(Number(seed) * 1_000 + writer);
  for (let count = 0; ; count++) {
    const id = `${name}-${writer}-${count}`;
    await carryThrough(dice, requestOf(dice, id));
  }
}

function requestOf(dice: Dice, id: string): Request {
  if (recent.length === 0 || dice.happens(0.9)) return drawRequest(dice, id, (account) => sequences.get(account) ?? 0);
  const request = dice.one(recent);
  if (request.kind === "lines" || dice.happens(0.7)) return request;
  return { kind: request.kind, draft: otherContentOf(request.draft) };
}

/** The same id for something else: a conflict. */
function otherContentOf(draft: Draft): Draft {
  const { amount } = draft.payload;
  return {
    ...draft,
    payload: { ...draft.payload, ...(amount === undefined ? { district: 78 } : { amount: "77.77" }) },
  };
}

/** Asks until there is an answer, or now and then gives it up after a failure, as clients do. */
async function carryThrough(dice: Dice, request: Request): Promise<void> {
  const drafts = request.kind === "lines" ? request.drafts : [request.draft];
  for (;;) {
    const url = await passGate();
    for (const draft of drafts) untold.add(draft.id);
    const told = (await ask(url, request)).filter((receipt) => !isAway(receipt));
    keep(told);
    if (told.length === drafts.length) {
      if (recent.push(request) > recentMax) recent.shift();
      return;
    }
    if (dice.happens(0.2)) return;
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}

function keep(told: readonly Receipt[]): void {
  if (told.length === 0) return;
  writeSync(receipts, told.map((receipt) => `${JSON.stringify(receipt)}\n`).join(""));
  fsyncSync(receipts);
  answered += told.length;
  for (const { draft, answer } of told) {
    untold.delete(draft.id);
    learn(draft, answer);
  }
  tell({ kind: "answered", count: answered });
}

function learn(draft: Draft, answer: unknown): void {
  if (typeof answer !== "object" || answer === null || !("events" in answer) || !Array.isArray(answer.events)) return;
  const sequence: unknown = answer.events[0]?.sequence;
  if (typeof sequence === "number") sequences.set(draft.entity, sequence);
}

for (let writer = 0; writer < Number(writers); writer++) void write(writer);
