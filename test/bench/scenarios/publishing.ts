// What publishing costs: the same load on a host that publishes and on one that does not, in turns, so that both see the same machine.
import { startKafka } from "../../services/kafka-broker.ts";
import { medianOf, rounded } from "../figures.ts";
import { importLines, load, prepare } from "../load.ts";
import type { BenchSettings, Row, Scenario, Section } from "../section.ts";
import { start, stop } from "../target.ts";

const rounds = 3;
const lines = 20_000;

type Rates = { readonly one: number; readonly lines: number };
type Round = { readonly without: Rates; readonly published: Rates };

export const publishing: Scenario = {
  name: "publishing",
  about: "commands a second with a Kafka broker that takes every event, and without",
  isLong: true,
  measure,
};

async function measure(settings: BenchSettings): Promise<Section> {
  const clients = Math.max(...settings.clients);
  const found = await roundsOf({ clients, seconds: settings.seconds });
  const median = (figure: (round: Round) => number): number => medianOf(found, figure);
  return {
    title: "Publishing",
    about: `Deposits over HTTP, and ${lines.toLocaleString("en")} of them as lines, on a host without Kafka and on one that publishes each event to a broker on the same machine. Rounds in turns, of ${settings.seconds} s.`,
    rows: found.map((round, index) => rowOf(index + 1, clients, round)),
    goals: [],
    plots: [
      {
        name: "publishing-rate",
        title: "Commands a second, without and with Kafka",
        kind: "bars",
        x: { label: "" },
        y: { label: "commands/s" },
        series: [
          {
            name: "without",
            points: [
              ["one a request", median(({ without }) => without.one)],
              ["as lines", median(({ without }) => without.lines)],
            ],
          },
          {
            name: "published",
            points: [
              ["one a request", median(({ published }) => published.one)],
              ["as lines", median(({ published }) => published.lines)],
            ],
          },
        ],
      },
    ],
  };
}

async function roundsOf(given: { clients: number; seconds: number }): Promise<readonly Round[]> {
  const kafka = await startKafka();
  const quiet = await start("./host-process.ts");
  const publisher = await start("./host-process.ts", [kafka.address]);
  const ratesOf = async (url: string): Promise<Rates> => ({
    one: (await load(url, given)).rate,
    lines: (await importLines(url, lines)).rate,
  });
  try {
    for (const { url } of [quiet, publisher]) {
      await prepare(url);
      await load(url, given);
    }
    const found: Round[] = [];
    while (found.length < rounds)
      found.push({ without: await ratesOf(quiet.url), published: await ratesOf(publisher.url) });
    return found;
  } finally {
    await stop(publisher);
    await stop(quiet);
    await kafka.close();
  }
}

function rowOf(round: number, clients: number, { without, published }: Round): Row {
  return {
    round,
    clients,
    "commands/s": rounded(without.one),
    "published/s": rounded(published.one),
    ratio: rounded(published.one / without.one),
    "NDJSON/s": rounded(without.lines),
    "NDJSON published/s": rounded(published.lines),
    "NDJSON ratio": rounded(published.lines / without.lines),
  };
}
