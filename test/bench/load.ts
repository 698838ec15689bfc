// The bank's load: commands to 1,000 accounts, as fast as a server answers them.
import { answerOf, positionOf } from "./answers.ts";
import { accounts, accountOf, bankComponent, deploy, depositTo, openingOf, postLines } from "./bank.ts";
import { callsOf, type Call, type Calls } from "./connection.ts";

const depositCall = (index: number): Call => ({ method: "POST", path: "/commands", body: depositTo(accountOf(index)) });

/**
 * Commands, their rate a second, and the median and 99th percentile of their times, at clients that each wait for their answer.
 *
 * @param given.call - a deposit as the server takes it; `POST /commands` without it.
 */
export async function load(
  url: string,
  { clients, seconds, call = depositCall }: { clients: number; seconds: number; call?: (index: number) => Call },
): Promise<Calls> {
  return callsOf(url, { clients, end: { seconds }, call });
}

/** Deploys the checking account and opens the accounts. */
export async function prepare(url: string): Promise<void> {
  const name = "checking-account";
  await deploy(url, name, await bankComponent(name));
  await postLines(url, accounts, (index) => openingOf(accountOf(index)));
}

/** Commands as lines of requests, and their rate a second. */
export async function importLines(
  url: string,
  count: number,
): Promise<{ readonly count: number; readonly rate: number }> {
  return { count, rate: await postLines(url, count, (index) => depositTo(accountOf(index))) };
}

/** Events a second that are read in pages, from the first to the last. */
export async function readRate(url: string): Promise<number> {
  const started = performance.now();
  const position = await positionOf(url);
  let after = 0;
  while (after < position) {
    const { next } = await answerOf(`${url}/events?after=${after}&limit=1000`);
    if (next === after) break;
    after = next;
  }
  return after / ((performance.now() - started) / 1_000);
}
