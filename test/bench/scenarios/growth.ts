// What becomes of a host as its log and its aggregates grow: rates, times, memory, bytes on the disk, the time to open.
//
// Each mark is measured beside a roofline that does not grow, so that a machine that changes its pace meanwhile is not taken for a host
// that does.
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

import { positionOf } from "../answers.ts";
import { bankComponent, deploy, depositTo, openingOf, postLines } from "../bank.ts";
import { callsOf, type Call, type Calls } from "../connection.ts";
import { medianOf, rounded } from "../figures.ts";
import { KeptHost } from "../kept-host.ts";
import { load } from "../load.ts";
import type { BenchSettings, Goal, Plot, Row, Scenario, Section } from "../section.ts";
import { start, stop, usageOf, type Target } from "../target.ts";

const eventMarks = [10_000, 100_000, 1_000_000, 5_000_000];
const aggregateMarks = [1_000, 10_000, 100_000, 300_000, 1_000_000];
/**
 * What memory is held against. At 100,000 aggregates a host has filled all that its limits let it keep of them; at 300,000 it has
 * let go of many as well, so that what V8 and malloc hold on to of those is there.
 */
const memoryMarks: { readonly [Grown in Mark["grown"]]: readonly number[] } = {
  events: [10_000, 100_000],
  aggregates: [100_000, 300_000],
};
/** Over which events are spread while these grow. */
const fewAccounts = 1_000;
const clients = 64;
const rounds = 3;
const linesMeasured = 20_000;
const readsMeasured = 1_000;
const mib = 2 ** 20;

const function_ = "checking-account";
const accountOf = (index: number): string => `checking:${index}`;
const anyOf = (accounts: number): string => accountOf(Math.floor(Math.random() * accounts));

export const growth: Scenario = {
  name: "growth",
  about: "rates, times, memory, disk and opening as events and aggregates grow up to --events-max and --aggregates",
  isLong: true,
  measure,
};

type Mark = {
  readonly grown: "events" | "aggregates";
  readonly count: number;
  /** Commands a second of many clients, with what the roofline had in the same rounds. */
  readonly rate: number;
  readonly rateRatio: number;
  readonly p50: number;
  readonly p99: number;
  /** Commands a second as lines, to the rate of the same roofline. */
  readonly lines: number;
  readonly linesRatio: number;
  /** Milliseconds of one state that one client reads. */
  readonly readP50: number;
  readonly residentMiB: number;
  readonly openMs: number;
  /** Of all events when the mark was reached. */
  readonly events: number;
  readonly logBytes: number;
  readonly indexBytes: number;
};

async function measure(settings: BenchSettings): Promise<Section> {
  const roof = await start("./roofline.ts", ["koa"]);
  try {
    await load(roof.url, { clients, seconds: settings.seconds });
    const events = await growing("events", { roof, ...settings });
    const aggregates = await growing("aggregates", { roof, ...settings });
    return sectionOf({ events, aggregates, seconds: settings.seconds });
  } finally {
    await stop(roof);
  }
}

async function growing(
  grown: Mark["grown"],
  { roof, seconds, eventsMax, aggregatesMax }: BenchSettings & { readonly roof: Target },
): Promise<readonly Mark[]> {
  const [marks, max] = grown === "events" ? [eventMarks, eventsMax] : [aggregateMarks, aggregatesMax];
  const found: Mark[] = [];
  await using host = await KeptHost.make();
  await host.start();
  await deploy(host.url, function_, await bankComponent(function_));
  let accounts = 0;
  const open = async (count: number): Promise<void> => {
    await postLines(host.url, count - accounts, (index) => openingOf(accountOf(accounts + index)));
    accounts = count;
  };
  if (grown === "events") await open(fewAccounts);
  for (const count of marks.filter((mark) => mark <= max)) {
    if (grown === "aggregates") await open(count);
    else await postLines(host.url, count - (await positionOf(host.url)), () => depositTo(anyOf(accounts)));
    found.push({ grown, count, ...(await measuredMark({ host, roof, accounts, seconds })) });
  }
  return found;
}

async function measuredMark(given: {
  readonly host: KeptHost;
  readonly roof: Target;
  readonly accounts: number;
  readonly seconds: number;
}): Promise<Omit<Mark, "grown" | "count">> {
  const { host, roof, accounts, seconds } = given;
  const events = await positionOf(host.url);
  const [logBytes, indexBytes] = await Promise.all(["log", "index"].map((name) => bytesUnder(join(host.data, name))));
  const deposit = (): Call => ({ method: "POST", path: "/commands", body: depositTo(anyOf(accounts)) });
  // A host that was just started is slower, whatever it holds.
  await callsOf(host.url, { clients, end: { seconds }, call: deposit });
  const runs: (Calls & { readonly lines: number; readonly rateRatio: number; readonly linesRatio: number })[] = [];
  for (let round = 0; round < rounds; round++) {
    const { rate: roofRate } = await load(roof.url, { clients, seconds });
    const run = await callsOf(host.url, { clients, end: { seconds }, call: deposit });
    const lines = await postLines(host.url, linesMeasured, () => depositTo(anyOf(accounts)));
    runs.push({ ...run, lines, rateRatio: run.rate / roofRate, linesRatio: lines / roofRate });
  }
  const median = (figure: (run: (typeof runs)[number]) => number): number => medianOf(runs, figure);
  const { p50: readP50 } = await callsOf(host.url, {
    clients: 1,
    end: { count: readsMeasured },
    call: () => ({ method: "GET", path: `/aggregates/${anyOf(accounts)}` }),
  });
  const { residentMiB } = await usageOf(host.target);
  await host.end();
  return {
    rate: median(({ rate }) => rate),
    rateRatio: median(({ rateRatio }) => rateRatio),
    p50: median(({ p50 }) => p50),
    p99: median(({ p99 }) => p99),
    lines: median(({ lines }) => lines),
    linesRatio: median(({ linesRatio }) => linesRatio),
    readP50,
    residentMiB,
    openMs: await host.start(),
    events,
    logBytes: logBytes ?? 0,
    indexBytes: indexBytes ?? 0,
  };
}

/** Of all files that are there throughout: LevelDB removes some while they are counted. */
async function bytesUnder(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder))
    bytes += await stat(join(folder, name)).then(
      ({ size }) => size,
      () => 0,
    );
  return bytes;
}

function sectionOf(given: {
  readonly events: readonly Mark[];
  readonly aggregates: readonly Mark[];
  readonly seconds: number;
}): Section {
  const { events, aggregates, seconds } = given;
  return {
    title: "Growth",
    about: `A log that grows while its events are spread over ${fewAccounts.toLocaleString("en")} accounts, and accounts that grow, each opened by a command; both are filled by lines of NDJSON. At each mark: deposits of ${clients} clients to any of the accounts, ${linesMeasured.toLocaleString("en")} as lines, a roofline on koa in turns with them (medians of ${rounds} rounds of ${seconds} s), then single reads of any state, the host's memory, and the time in which it opens again. Bytes are those of the files when the mark was reached. A host keeps the states of up to 100,000 aggregates in memory, and grows until they are there and some more until as many others have taken their place.`,
    rows: [...events, ...aggregates].map(rowOf),
    goals: [...goalsOf(events), ...goalsOf(aggregates)],
    plots: plotsOf(events, aggregates),
  };
}

function rowOf(mark: Mark): Row {
  return {
    grown: mark.grown,
    to: mark.count,
    "commands/s": rounded(mark.rate),
    "of koa's": rounded(mark.rateRatio),
    "p50 ms": rounded(mark.p50),
    "p99 ms": rounded(mark.p99),
    "lines/s": rounded(mark.lines),
    "lines of koa's": rounded(mark.linesRatio),
    "read p50 ms": rounded(mark.readP50),
    "RSS MiB": rounded(mark.residentMiB),
    "open ms": rounded(mark.openMs),
    "log bytes an event": rounded(mark.logBytes / mark.events),
    "index bytes an event": rounded(mark.indexBytes / mark.events),
  };
}

/** The last mark against the first; none when there is only one. */
function goalsOf(marks: readonly Mark[]): readonly Goal[] {
  const [first] = marks;
  const last = marks.at(-1);
  if (first === undefined || last === undefined || first === last) return [];
  const span = `${last.count.toLocaleString("en")} ${last.grown} to ${first.count.toLocaleString("en")}`;
  const memory = marks
    .filter(({ grown, count }) => memoryMarks[grown].includes(count) && count < last.count)
    .map((mark): Goal => ({
      what: `memory at ${last.count.toLocaleString("en")} ${last.grown} to ${mark.count.toLocaleString("en")}`,
      found: last.residentMiB / mark.residentMiB,
      bound: "at most",
      goal: 1.25,
    }));
  return [
    {
      what: `commands a second, as a share of koa's, at ${span}`,
      found: last.rateRatio / first.rateRatio,
      bound: "at least",
      goal: 0.8,
    },
    {
      what: `lines a second, as a share of koa's, at ${span}`,
      found: last.linesRatio / first.linesRatio,
      bound: "at least",
      goal: 0.8,
    },
    ...memory,
  ];
}

function plotsOf(events: readonly Mark[], aggregates: readonly Mark[]): readonly Plot[] {
  const linesOf = (figure: (mark: Mark) => number): Plot["series"] =>
    [events, aggregates].map((marks) => ({
      name: `${marks[0]?.grown ?? ""} grow`,
      points: marks.map((mark) => [mark.count, figure(mark)] as const),
    }));
  const plot = (name: string, title: string, label: string, figure: (mark: Mark) => number): Plot => ({
    name: `growth-${name}`,
    title,
    kind: "lines",
    x: { label: "events or aggregates", isLogarithmic: true },
    y: { label },
    series: linesOf(figure),
  });
  return [
    plot("rate", `Commands a second at ${clients} clients, as a share of koa's`, "ratio", (mark) => mark.rateRatio),
    plot("time", `Median time of a command at ${clients} clients`, "ms", (mark) => mark.p50),
    plot("lines", "Commands a second as lines, as a share of koa's", "ratio", (mark) => mark.linesRatio),
    plot("memory", "Memory of the host", "MiB", (mark) => mark.residentMiB),
    plot("opening", "Time in which the host opens", "ms", (mark) => mark.openMs),
    plot("disk", "Log and index on the disk", "MiB", (mark) => (mark.logBytes + mark.indexBytes) / mib),
  ];
}
