// How fast history is gone through again: states folded anew in Wasm, the log checked, its index made anew, the host opened.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { accounts, accountOf, bankComponent, deploy, depositTo, openingOf, otherVersion, postLines } from "../bank.ts";
import { callsOf, type Call } from "../connection.ts";
import { KeptHost } from "../kept-host.ts";
import { quantile, rounded } from "../figures.ts";
import type { BenchSettings, Row, Scenario, Section } from "../section.ts";

const run = promisify(execFile);
const launcher = fileURLToPath(new URL("../../../host/cli/evento.js", import.meta.url));

/** V8 compiles for the first second or two of a fold, as for any host that begins: a fold of less shows little else. */
const eventsMax = 500_000;
/** Of one aggregate that is folded by itself. */
const longEventsMax = 100_000;
const longAccount = "checking:long";
const readers = 16;
const rounds = 3;
/** Written right before the host is killed, so that its index lacks them. */
const linesBeforeKill = 5_000;

const function_ = "checking-account";
const stateOf = (account: string): Call => ({ method: "GET", path: `/aggregates/${account}` });

export const folding: Scenario = {
  name: "folding",
  about: "events a second when states are folded again, the log is verified and reindexed; time to open",
  isLong: false,
  measure,
};

async function measure(settings: BenchSettings): Promise<Section> {
  const spread = Math.min(eventsMax, settings.eventsMax);
  const long = Math.min(longEventsMax, settings.eventsMax);
  await using host = await KeptHost.make();
  await host.start();
  const component = await bankComponent(function_);
  await deploy(host.url, function_, component);
  await postLines(host.url, accounts, (index) => openingOf(accountOf(index)));
  await postLines(host.url, spread, (index) => depositTo(accountOf(index)));
  await postLines(host.url, 1, () => openingOf(longAccount));
  await postLines(host.url, long, () => depositTo(longAccount));
  await host.end();
  const events = spread + accounts + long + 1;

  const opening = await openTimes(host);
  await host.start();
  const kept = await callsOf(host.url, {
    clients: readers,
    end: { count: accounts },
    call: (i) => stateOf(accountOf(i)),
  });
  // States are kept under the digest of what folded them: those of this version are all missing.
  await deploy(host.url, function_, otherVersion(component, 1));
  await host.end();
  const folds = await foldRates(host, { spread: spread + accounts, long: long + 1 });
  await host.end();
  const reindexed = events / (await secondsOf("reindex", "--data", host.data, "--json"));
  const verified = events / (await secondsOf("verify", "--data", host.data, "--json", "--no-states"));
  const audited = events / (await secondsOf("verify", "--data", host.data, "--json"));

  const rates: readonly (readonly [string, number])[] = [
    [`${counted(accounts)} aggregates read, each folded from its first event`, folds.spread],
    [`one aggregate of ${counted(long + 1)} events read`, folds.long],
    ["evento reindex", reindexed],
    ["evento verify --no-states", verified],
    ["evento verify", audited],
  ];
  const row = (what: string, figure: number, unit: string): Row => ({ what, figure: rounded(figure), unit });
  const rows: Row[] = [
    ...rates.map(([what, rate]) => row(what, rate, "events/s")),
    row(`states read that were kept, by ${readers} clients`, kept.rate, "states/s"),
    row("a host opened that holds nothing", opening.empty, "ms"),
    row(`a host opened after it was ended, ${counted(events)} events`, opening.ended, "ms"),
    row(`a host opened after it was killed, right after ${counted(linesBeforeKill)} commands`, opening.killed, "ms"),
  ];
  return {
    title: "Folding again",
    about:
      `${counted(spread)} deposits to ${counted(accounts)} accounts and ${counted(long)} to one more. Another version of the aggregator is deployed, so that no kept ` +
      `state matches, the host is started again, and ${readers} clients read every state over REST. \`verify\` and \`reindex\` are ` +
      `processes of their own, whose start is in their time, as it is in that of the host. Medians of ${rounds}.`,
    rows,
    goals: [
      {
        what: "events/s of states folded again, many aggregates",
        found: folds.spread,
        bound: "at least",
        goal: 500_000,
      },
      { what: "events/s of a state folded again, one aggregate", found: folds.long, bound: "at least", goal: 500_000 },
    ],
    plots: [
      {
        name: "folding",
        title: "Events a second when history is gone through again",
        kind: "bars",
        x: { label: "" },
        y: { label: "events/s" },
        series: [{ name: "events/s", points: rates }],
      },
    ],
  };
}

function counted(count: number): string {
  return count.toLocaleString("en");
}

async function foldRates(
  host: KeptHost,
  events: { spread: number; long: number },
): Promise<{ spread: number; long: number }> {
  const spread: number[] = [];
  const long: number[] = [];
  for (let round = 0; round < rounds; round++) {
    // Started again each time, so that no group of the log is in its memory.
    await host.start();
    const all = await callsOf(host.url, {
      clients: readers,
      end: { count: accounts },
      call: (i) => stateOf(accountOf(i)),
    });
    spread.push((events.spread * all.rate) / accounts);
    const one = await callsOf(host.url, { clients: 1, end: { count: 1 }, call: () => stateOf(longAccount) });
    long.push(events.long * one.rate);
    await host.end();
  }
  return { spread: quantile(spread, 0.5), long: quantile(long, 0.5) };
}

async function openTimes(host: KeptHost): Promise<{ empty: number; ended: number; killed: number }> {
  const empty: number[] = [];
  const ended: number[] = [];
  const killed: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await using other = await KeptHost.make();
    await other.start();
    await other.end();
    empty.push(await other.start());
    ended.push(await host.start());
    await postLines(host.url, linesBeforeKill, (index) => depositTo(accountOf(index)));
    await host.end("SIGKILL");
    killed.push(await host.start());
    await host.end();
  }
  return { empty: quantile(empty, 0.5), ended: quantile(ended, 0.5), killed: quantile(killed, 0.5) };
}

async function secondsOf(...words: readonly string[]): Promise<number> {
  const begun = performance.now();
  await run(process.execPath, [launcher, ...words]);
  return (performance.now() - begun) / 1_000;
}
