// Transfers between accounts: a command, an event that a dispatcher makes the next command of, and the event that ends it.
import { setTimeout as delay } from "node:timers/promises";

import { answerOf, positionOf } from "../answers.ts";
import { accounts, accountOf, bankComponent, deploy, depositTo, openingOf, postLines } from "../bank.ts";
import { callsOf, type Call, type Calls } from "../connection.ts";
import { medianOf, quantile, rounded } from "../figures.ts";
import { KeptHost } from "../kept-host.ts";
import { load } from "../load.ts";
import type { BenchSettings, Row, Scenario, Section } from "../section.ts";

const clientCounts = [16, 64];
const manyClients = 64;
const rounds = 3;
const readers = 16;
/** What is under way when the clients stop has so long to get through. */
const throughMsMax = 60_000;

export const dispatchers: Scenario = {
  name: "dispatchers",
  about: "transfers between accounts by way of a dispatcher, beside plain deposits",
  isLong: false,
  measure,
};

type Transfers = {
  /** Posted and answered. */
  readonly posted: Calls;
  /** Transfers a second, from the first post to the last receipt. */
  readonly throughRate: number;
  /** Milliseconds from post to receipt. */
  readonly p50: number;
  readonly p99: number;
};

type Round = { readonly clients: number; readonly transfers: Transfers; readonly deposits: Calls };

async function measure({ seconds }: BenchSettings): Promise<Section> {
  await using host = await KeptHost.make();
  await host.start();
  for (const name of ["checking-account", "transfers"]) await deploy(host.url, name, await bankComponent(name));
  await postLines(host.url, accounts, (index) => openingOf(accountOf(index)));
  await load(host.url, { clients: 16, seconds });
  // Enough that nobody has to decline for want of it.
  await postLines(host.url, accounts * 20, (index) => depositTo(accountOf(index)));
  const found: Round[] = [];
  for (let round = 0; round < rounds; round++)
    for (const clients of clientCounts) {
      const deposits = await load(host.url, { clients, seconds });
      const before = await moneyOf(host.url);
      const transfers = await transfersBy(host.url, { clients, seconds, round });
      const after = await moneyOf(host.url);
      if (before !== after) throw new Error(`found ${after} in all accounts after transfers, expected ${before}`);
      found.push({ clients, transfers, deposits });
    }
  return sectionOf(found, seconds);
}

async function transfersBy(
  url: string,
  { clients, seconds, round }: { clients: number; seconds: number; round: number },
): Promise<Transfers> {
  const after = await positionOf(url);
  const posts = new Map<string, number>();
  const call = (index: number): Call => {
    const id = `transfer-${round}-${clients}-${index}`;
    posts.set(id, Date.now());
    const other = accountOf(index + 1 + Math.floor(Math.random() * (accounts - 1)));
    return { method: "POST", path: "/commands", body: transferOf({ id, from: accountOf(index), to: other }) };
  };
  const posted = await callsOf(url, { clients, end: { seconds }, call });
  return { posted, ...throughOf(posts, await receiptsAfter(url, { after, count: posts.size })) };
}

function transferOf({ id, from, to }: { id: string; from: string; to: string }): string {
  return JSON.stringify({ id, entity: from, command_type: "TransferFunds", payload: { amount: "0.01", to } });
}

/** Times of the receipts of transfers, by the transfer's id. */
async function receiptsAfter(
  url: string,
  { after, count }: { after: number; count: number },
): Promise<ReadonlyMap<string, number>> {
  const receipts = new Map<string, number>();
  const deadline = Date.now() + throughMsMax;
  // Nothing is read while there is much to do, so that the reads are not in its way.
  while ((await lagOf(url)) > 0 && Date.now() < deadline) await delay(20);
  for (let at = after; receipts.size < count;) {
    const { events, next } = await answerOf(`${url}/events?after=${at}&limit=1000`);
    for (const { event_type: type, root_cause: id, time } of events)
      if (type === "DepositReceived") receipts.set(id, Date.parse(time));
    if (next === at) {
      if (Date.now() > deadline) throw new Error(`found ${receipts.size} of ${count} transfers through`);
      await delay(20);
    }
    at = next;
  }
  return receipts;
}

function throughOf(
  posts: ReadonlyMap<string, number>,
  receipts: ReadonlyMap<string, number>,
): Omit<Transfers, "posted"> {
  const times = Array.from(posts, ([id, at]) => (receipts.get(id) ?? NaN) - at);
  const ms = Math.max(...receipts.values()) - Math.min(...posts.values());
  return { throughRate: times.length / (ms / 1_000), p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

/** Events that the dispatcher has yet to come to. */
async function lagOf(url: string): Promise<number> {
  const { lag } = await answerOf(`${url}/functions/transfers`);
  return lag;
}

/** Cents in all accounts together. */
async function moneyOf(url: string): Promise<bigint> {
  let cents = 0n;
  const next = Array.from({ length: accounts }, (_, index) => accountOf(index)).values();
  const reader = async (): Promise<void> => {
    for (const account of next) {
      const { state } = await answerOf(`${url}/aggregates/${account}`);
      cents += BigInt(String(state.balance).replace(".", ""));
    }
  };
  await Promise.all(Array.from({ length: readers }, reader));
  return cents;
}

function sectionOf(found: readonly Round[], seconds: number): Section {
  const medianAt = (clients: number, figure: (round: Round) => number): number =>
    medianOf(
      found.filter((round) => round.clients === clients),
      figure,
    );
  // A transfer is two commands, and a deposit is one.
  const ratioOf = ({ transfers, deposits }: Round): number => (2 * transfers.throughRate) / deposits.rate;
  const rows = clientCounts.map((clients): Row => ({
    clients,
    "transfers through/s": rounded(medianAt(clients, ({ transfers }) => transfers.throughRate)),
    "posted/s": rounded(medianAt(clients, ({ transfers }) => transfers.posted.rate)),
    "commands/s": rounded(medianAt(clients, ({ transfers }) => 2 * transfers.throughRate)),
    "events/s": rounded(medianAt(clients, ({ transfers }) => 2 * transfers.throughRate)),
    "deposits/s": rounded(medianAt(clients, ({ deposits }) => deposits.rate)),
    "ratio a command": rounded(medianAt(clients, ratioOf)),
    "answer p50 ms": rounded(medianAt(clients, ({ transfers }) => transfers.posted.p50)),
    "through p50 ms": rounded(medianAt(clients, ({ transfers }) => transfers.p50)),
    "through p99 ms": rounded(medianAt(clients, ({ transfers }) => transfers.p99)),
  }));
  return {
    title: "Transfers by a dispatcher",
    about: `Transfers among 1,000 accounts: each is two commands and two events, the second command made by the dispatcher \`transfers\`. A transfer is through when the log has its receipt; then all money is counted and is what it was. Beside it plain deposits in the same rounds, one command each. Medians of ${rounds} rounds of ${seconds} s in turns.`,
    rows,
    goals: [
      {
        what: `commands of transfers a second at ${manyClients} clients, to those of deposits`,
        found: medianAt(manyClients, ratioOf),
        bound: "at least",
        goal: 0.8,
      },
      {
        // A dispatcher that falls behind its clients shows here: what waits grows as long as they go on.
        what: `median time until a transfer is through at ${manyClients} clients, to that of its first answer`,
        found: medianAt(manyClients, ({ transfers }) => transfers.p50 / transfers.posted.p50),
        bound: "at most",
        goal: 3,
      },
    ],
    plots: [],
  };
}
