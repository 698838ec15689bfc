// npm run bench: rates of this machine, each beside a roofline measured in the same run, since only ratios travel.
//
// The roofline is a koa server that reads a JSON body, syncs it to LevelDB by group commit and answers JSON: what any command costs
// that is durable when it is answered, without a function, a schema or an event.
import { Console } from "node:console";
import { parseArgs } from "node:util";

import { startKafka } from "../services/kafka-broker.ts";
import { importLines, load, prepare, readRate } from "./load.ts";
import { neighbours } from "./neighbours.ts";
import { logBytes, start, stop, usageOf, type Target } from "./target.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "5" },
    clients: { type: "string", default: "1,16,64" },
    import: { type: "string", default: "20000" },
    // With what publishing costs, on a broker of its own.
    kafka: { type: "boolean", default: false },
    // In place of all else: what functions that misbehave cost another.
    neighbours: { type: "boolean", default: false },
  },
});
const seconds = Number(values.seconds);
const clientCounts = values.clients.split(",").map(Number);
const importCount = Number(values.import);

const output = new Console(process.stdout);
if (values.neighbours) {
  output.table(await neighbours({ seconds }));
  process.exit();
}
const roof = await start("./roofline.ts");
const host = await start("./host-process.ts");
try {
  await prepare(host.url);
  await load(roof.url, { clients: 16, seconds });
  await load(host.url, { clients: 16, seconds });
  const rows: object[] = [];
  for (const clients of clientCounts) {
    const above = await measured(roof, () => load(roof.url, { clients, seconds }));
    const own = await measured(host, () => load(host.url, { clients, seconds }));
    rows.push({
      clients,
      "commands/s": Math.round(own.rate),
      "roofline/s": Math.round(above.rate),
      ratio: Number((own.rate / above.rate).toFixed(2)),
      "p50 ms": Number(own.p50.toFixed(2)),
      "p99 ms": Number(own.p99.toFixed(2)),
      "roofline p50 ms": Number(above.p50.toFixed(2)),
      "CPU µs": Math.round(own.cpuUsEach),
      "roofline CPU µs": Math.round(above.cpuUsEach),
      "RSS MiB": Math.round(own.residentMiB),
    });
  }
  output.table(rows);
  const bytesBefore = await logBytes(host);
  const imported = await measured(host, () => importLines(host.url, importCount));
  output.table([
    {
      "NDJSON commands/s": Math.round(imported.rate),
      "CPU µs": Math.round(imported.cpuUsEach),
      "events read/s by /events": Math.round(await readRate(host.url)),
      "log bytes a command": Math.round(((await logBytes(host)) - bytesBefore) / importCount),
    },
  ]);
  if (values.kafka) output.table(await publishingCost(host));
} finally {
  await stop(host);
  await stop(roof);
}

/** What a run gives, with the processor time that its target took for a command and the memory that it has then. */
async function measured<Result extends { readonly count: number }>(
  target: Target,
  run: () => Promise<Result>,
): Promise<Result & { readonly cpuUsEach: number; readonly residentMiB: number }> {
  const before = await usageOf(target);
  const result = await run();
  const { cpuUs, residentMiB } = await usageOf(target);
  return { ...result, cpuUsEach: (cpuUs - before.cpuUs) / result.count, residentMiB };
}

/** The same load on a host that publishes and on one that does not, in turns, so that both see the same machine. */
async function publishingCost(quiet: Target): Promise<object[]> {
  const kafka = await startKafka();
  const publishing = await start("./host-process.ts", [kafka.address]);
  try {
    await prepare(publishing.url);
    const clients = Math.max(...clientCounts);
    await load(publishing.url, { clients, seconds });
    const rows: object[] = [];
    for (let round = 1; round <= 3; round++) {
      const without = {
        rate: (await load(quiet.url, { clients, seconds })).rate,
        lines: (await importLines(quiet.url, importCount)).rate,
      };
      const rate = (await load(publishing.url, { clients, seconds })).rate;
      const lines = (await importLines(publishing.url, importCount)).rate;
      rows.push({
        round,
        clients,
        "commands/s": Math.round(without.rate),
        "published/s": Math.round(rate),
        ratio: Number((rate / without.rate).toFixed(2)),
        "NDJSON/s": Math.round(without.lines),
        "NDJSON published/s": Math.round(lines),
        "NDJSON ratio": Number((lines / without.lines).toFixed(2)),
      });
    }
    return rows;
  } finally {
    await stop(publishing);
    await kafka.close();
  }
}
