// Commands over HTTP, each answered when its outcome is on the disk, beside what such a server costs at least and beside a peer.
//
// All targets run at once and are measured in turns, so that each sees the same machine: those that wait take next to nothing.
import type { Call, Calls } from "../connection.ts";
import { medianOf, rounded } from "../figures.ts";
import { load, prepare } from "../load.ts";
import { measured, type Cost } from "../measurement.ts";
import type { BenchSettings, Goal, Plot, Row, Scenario, Section } from "../section.ts";
import { start, stop, type Target } from "../target.ts";

const rounds = 3;
const manyClients = 64;
const warmClients = 64;
/** V8 goes on compiling what it finds hot for some ten seconds: a server that runs for days is past that. */
const warmSeconds = 15;
const evento = "Evento";
const koa = "roofline on koa";
const plain = "roofline on node:http";
const restate = "Restate";
const restateSmall = "Restate, 1 partition";

type Contender = {
  readonly name: string;
  readonly start: () => Promise<Target>;
  readonly call?: (index: number) => Call;
};
type Measured = Calls & Cost;
type Figures = { readonly clients: number; readonly name: string; readonly figures: Measured };

export const commands: Scenario = {
  name: "commands",
  about: "commands a second over HTTP, their times and their cost, beside rooflines and Restate",
  isLong: false,
  measure,
};

async function measure(settings: BenchSettings): Promise<Section> {
  const contenders = contendersOf(settings);
  const medians = await mediansOf(contenders, settings);
  return {
    title: "Commands over HTTP",
    about: aboutOf(settings),
    rows: medians.map((found) => rowOf(found, medians)),
    goals: goalsOf(medians),
    plots: plotsOf(contenders, medians),
  };
}

function contendersOf({ restate: folder }: BenchSettings): readonly Contender[] {
  const own: Contender[] = [
    { name: evento, start: startEvento },
    { name: koa, start: () => start("./roofline.ts", ["koa"]) },
    { name: plain, start: () => start("./roofline.ts", ["http"]) },
  ];
  if (folder === undefined) return own;
  const call = (index: number): Call => ({
    method: "POST",
    path: `/account/${index % 1_000}/deposit`,
    body: restateBody,
  });
  return own.concat(
    { name: restate, start: () => start("./restate.ts", [folder]), call },
    { name: restateSmall, start: () => start("./restate.ts", [folder, "1"]), call },
  );
}

const restateBody = JSON.stringify({ amount: 1, source: "bench" });

async function startEvento(): Promise<Target> {
  const host = await start("./host-process.ts");
  await prepare(host.url);
  return host;
}

async function mediansOf(
  contenders: readonly Contender[],
  { clients: clientCounts, seconds }: BenchSettings,
): Promise<readonly Figures[]> {
  const running: (Contender & { readonly target: Target })[] = [];
  const found: Figures[] = [];
  try {
    for (const contender of contenders) {
      const target = await contender.start();
      running.push({ ...contender, target });
      await load(target.url, { clients: warmClients, seconds: warmSeconds, ...callOf(contender) });
    }
    for (let round = 0; round < rounds; round++)
      for (const clients of clientCounts)
        for (const { target, name, ...contender } of running) {
          const run = () => load(target.url, { clients, seconds, ...callOf(contender) });
          found.push({ clients, name, figures: await measured(target, run) });
        }
  } finally {
    for (const { target } of running) await stop(target);
  }
  return clientCounts.flatMap((clients) =>
    contenders.map(({ name }) => {
      const own = found.filter((one) => one.clients === clients && one.name === name);
      return { clients, name, figures: mediansOfAll(own.map(({ figures }) => figures)) };
    }),
  );
}

function callOf({ call }: Pick<Contender, "call">): Pick<Contender, "call"> {
  return call === undefined ? {} : { call };
}

/** The median of each figure by itself. */
function mediansOfAll(runs: readonly Measured[]): Measured {
  const median = (figure: (run: Measured) => number): number => medianOf(runs, figure);
  return {
    count: median(({ count }) => count),
    rate: median(({ rate }) => rate),
    p50: median(({ p50 }) => p50),
    p99: median(({ p99 }) => p99),
    cpuUsEach: median(({ cpuUsEach }) => cpuUsEach),
    residentMiB: median(({ residentMiB }) => residentMiB),
    familyMiB: median(({ familyMiB }) => familyMiB),
    others: median(({ others }) => others),
  };
}

function aboutOf({ restate: folder, seconds }: BenchSettings): string {
  const peer =
    folder === undefined
      ? "Restate was left out: it is measured too with `--restate <folder>`."
      : "Restate keeps the account in a virtual object; it is there with its default partitions and with one.";
  return `A deposit to one of 1,000 accounts, answered when command and event are on the disk, by clients that each wait for their answer. The rooflines do the least that this takes: JSON, one synced LevelDB value for a group of commands, a call to another process, one for the events. ${peer} A rate is also told as a share of each roofline's. Medians of ${rounds} rounds of ${seconds} s, all targets in turns, after ${warmSeconds} s in which each became warm.`;
}

function rowOf({ clients, name, figures }: Figures, all: readonly Figures[]): Row {
  return {
    clients,
    target: name,
    "commands/s": rounded(figures.rate),
    "of koa's": rounded(ratioOf(all, clients, name, koa, ({ rate }) => rate)),
    "of node:http's": rounded(ratioOf(all, clients, name, plain, ({ rate }) => rate)),
    "p50 ms": rounded(figures.p50),
    "p99 ms": rounded(figures.p99),
    "CPU µs": rounded(figures.cpuUsEach),
    "RSS MiB": rounded(figures.familyMiB),
    "others' CPU %": Math.round(figures.others * 100),
  };
}

function ratioOf(
  all: readonly Figures[],
  clients: number,
  name: string,
  to: string,
  figure: (figures: Measured) => number,
): number {
  const of = (wanted: string): number => {
    const found = all.find((one) => one.clients === clients && one.name === wanted);
    return found === undefined ? Number.NaN : figure(found.figures);
  };
  return of(name) / of(to);
}

function goalsOf(all: readonly Figures[]): readonly Goal[] {
  const rate = ({ rate }: Measured): number => rate;
  const goals: Goal[] = [
    {
      what: `commands a second at ${manyClients} clients, to the roofline on koa`,
      found: ratioOf(all, manyClients, evento, koa, rate),
      bound: "at least",
      goal: 0.9,
    },
    {
      what: `processor time a command at ${manyClients} clients, to the roofline on node:http`,
      found: ratioOf(all, manyClients, evento, plain, ({ cpuUsEach }) => cpuUsEach),
      bound: "at most",
      // What koa adds to the roofline where both were measured on an idle machine: 60 µs to 45.
      goal: rounded(60 / 45),
    },
    {
      what: "median time of one client, to the roofline on node:http",
      found: ratioOf(all, 1, evento, plain, ({ p50 }) => p50),
      bound: "at most",
      goal: 1.2,
    },
    {
      what: `commands a second at ${manyClients} clients, to Restate at its best`,
      found: Math.min(...[restate, restateSmall].map((peer) => ratioOf(all, manyClients, evento, peer, rate))),
      bound: "at least",
      goal: 10,
    },
    {
      what: `commands a second at ${manyClients} clients, to Restate as it comes`,
      found: ratioOf(all, manyClients, evento, restate, rate),
      bound: "at least",
      goal: 20,
    },
  ];
  // Without the clients or the peer there is nothing to hold it against.
  return goals.filter(({ found }) => Number.isFinite(found));
}

function plotsOf(contenders: readonly Contender[], all: readonly Figures[]): readonly Plot[] {
  const linesOf = (figure: (figures: Measured) => number): Plot["series"] =>
    contenders.map(({ name }) => ({
      name,
      points: all.filter((one) => one.name === name).map(({ clients, figures }) => [clients, figure(figures)] as const),
    }));
  const x = { label: "clients", isLogarithmic: true };
  const most = Math.max(...all.map(({ clients }) => clients));
  const barsOf = (figure: (figures: Measured) => number): Plot["series"] => [
    {
      name: "",
      points: all
        .filter(({ clients }) => clients === most)
        .map(({ name, figures }) => [name, figure(figures)] as const),
    },
  ];
  return [
    {
      name: "commands-rate",
      title: "Commands a second",
      kind: "lines",
      x,
      y: { label: "commands/s", isLogarithmic: true },
      series: linesOf(({ rate }) => rate),
    },
    {
      name: "commands-time",
      title: "Median time of a command",
      kind: "lines",
      x,
      y: { label: "ms", isLogarithmic: true },
      series: linesOf(({ p50 }) => p50),
    },
    {
      name: "commands-cpu",
      title: `Processor time of a command, ${most} clients`,
      kind: "bars",
      x: { label: "" },
      y: { label: "µs", isLogarithmic: true },
      series: barsOf(({ cpuUsEach }) => cpuUsEach),
    },
  ];
}
