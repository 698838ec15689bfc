// Commands as lines of a few requests: what is left of a command's cost when HTTP is shared, and what the log keeps of it.
import { answerOf } from "../answers.ts";
import { medianOf, rounded } from "../figures.ts";
import { importLines, load, prepare, readRate } from "../load.ts";
import { measured } from "../measurement.ts";
import type { BenchSettings, Scenario, Section } from "../section.ts";
import { storedBytes } from "../stored-bytes.ts";
import { logBytes, start, stop, type Target } from "../target.ts";

const rounds = 3;
const lines = 20_000;
const clients = 64;

export const imports: Scenario = {
  name: "imports",
  about: "commands as lines of NDJSON, events that are read again, and bytes of the log",
  isLong: false,
  measure,
};

async function measure({ seconds }: BenchSettings): Promise<Section> {
  const roof = await start("./roofline.ts", ["koa"]);
  const host = await start("./host-process.ts");
  try {
    return await sectionOf({ roof, host, seconds });
  } finally {
    await stop(host);
    await stop(roof);
  }
}

async function sectionOf(given: { roof: Target; host: Target; seconds: number }): Promise<Section> {
  const { roof, host, seconds } = given;
  await prepare(host.url);
  await load(roof.url, { clients, seconds });
  await importLines(host.url, lines);
  const runs: { readonly roof: number; readonly rate: number; readonly cpuUs: number; readonly others: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const { rate: roofRate } = await load(roof.url, { clients, seconds });
    const { rate, cpuUsEach, others } = await measured(host, () => importLines(host.url, lines));
    runs.push({ roof: roofRate, rate, cpuUs: cpuUsEach, others });
  }
  const median = (figure: (run: (typeof runs)[number]) => number): number => medianOf(runs, figure);
  const rate = median((run) => run.rate);
  const roofRate = median((run) => run.roof);
  const stored = await bytesOfImport(host);
  return {
    title: "Imports",
    about: `${lines.toLocaleString("en")} deposits to 1,000 accounts, as lines of two requests; the roofline on koa answers ${clients} clients. Medians of ${rounds} rounds in turns. Bytes are those of one more import: on the disk, in the groups of the log, and of the same commands and events as Avro envelopes with every field.`,
    rows: [
      {
        "commands/s": rounded(rate),
        "roofline/s": rounded(roofRate),
        ratio: rounded(rate / roofRate),
        "CPU µs": rounded(median((run) => run.cpuUs)),
        "events read/s": rounded(await readRate(host.url)),
        "disk bytes a command": rounded(stored.disk / lines),
        "log bytes": rounded(stored.log / lines),
        "Avro bytes": rounded(stored.avro / lines),
        "others' CPU %": Math.round(median((run) => run.others) * 100),
      },
    ],
    goals: [
      {
        what: `commands a second as lines, to the roofline on koa at ${clients} clients`,
        found: rate / roofRate,
        bound: "at least",
        goal: 2,
      },
      {
        what: "bytes of the log, to those of its commands and events as Avro",
        found: stored.log / stored.avro,
        bound: "at most",
        goal: 1.1,
      },
    ],
    plots: [
      {
        name: "imports-bytes",
        title: "Bytes that a command and its event take",
        kind: "bars",
        x: { label: "" },
        y: { label: "bytes" },
        series: [
          {
            name: "",
            points: [
              ["as Avro", stored.avro / lines],
              ["in the log", stored.log / lines],
            ],
          },
        ],
      },
    ],
  };
}

async function bytesOfImport(
  host: Target,
): Promise<{ readonly disk: number; readonly log: number; readonly avro: number }> {
  const diskBefore = await logBytes(host);
  const { groups } = await answerOf(`${host.url}/log`);
  await importLines(host.url, lines);
  const disk = (await logBytes(host)) - diskBefore;
  return { disk, ...(await storedBytes(host.url, { after: groups })) };
}
