// What it costs that an acknowledged command is on the disk: the same load on a host whose syncs return at once.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { makeLibrary } from "../../preloaded-library.ts";
import type { Calls } from "../connection.ts";
import { medianOf, rounded } from "../figures.ts";
import { KeptHost } from "../kept-host.ts";
import { load, prepare } from "../load.ts";
import type { BenchSettings, Row, Scenario, Section } from "../section.ts";

const clientCounts = [1, 64];
const manyClients = 64;
const rounds = 3;
const source = fileURLToPath(new URL("../unsynced-files.c", import.meta.url));

export const sync: Scenario = {
  name: "sync",
  about: "the same commands on a host that syncs its log and on one whose syncs return at once",
  isLong: false,
  measure,
};

type Round = { readonly clients: number; readonly on: Calls; readonly off: Calls };

async function measure({ seconds }: BenchSettings): Promise<Section> {
  const folder = await mkdtemp(join(tmpdir(), "evento-unsynced-"));
  try {
    const library = await makeLibrary(source, folder);
    if (library === undefined) throw new Error("found no way to preload a library: this takes Linux and a C compiler");
    return sectionOf(await measuredRounds(library, seconds), seconds);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measuredRounds(library: string, seconds: number): Promise<readonly Round[]> {
  await using syncing = await KeptHost.make();
  await using unsynced = await KeptHost.make({ environment: { LD_PRELOAD: library } });
  for (const host of [syncing, unsynced]) {
    await host.start();
    await prepare(host.url);
    await load(host.url, { clients: 16, seconds });
  }
  const found: Round[] = [];
  for (let round = 0; round < rounds; round++)
    for (const clients of clientCounts) {
      const on = await load(syncing.url, { clients, seconds });
      found.push({ clients, on, off: await load(unsynced.url, { clients, seconds }) });
    }
  return found;
}

function sectionOf(found: readonly Round[], seconds: number): Section {
  const medianAt = (clients: number, figure: (round: Round) => number): number =>
    medianOf(
      found.filter((round) => round.clients === clients),
      figure,
    );
  const ratioOf = (clients: number): number => medianAt(clients, ({ on, off }) => on.rate / off.rate);
  const rows = clientCounts.map((clients): Row => ({
    clients,
    "synced commands/s": rounded(medianAt(clients, ({ on }) => on.rate)),
    "unsynced/s": rounded(medianAt(clients, ({ off }) => off.rate)),
    ratio: rounded(ratioOf(clients)),
    "synced p50 ms": rounded(medianAt(clients, ({ on }) => on.p50)),
    "unsynced p50 ms": rounded(medianAt(clients, ({ off }) => off.p50)),
    "synced p99 ms": rounded(medianAt(clients, ({ on }) => on.p99)),
    "unsynced p99 ms": rounded(medianAt(clients, ({ off }) => off.p99)),
  }));
  return {
    title: "What syncs cost",
    about: `The same deposits on two hosts, one of them with a library before it that makes its syncs return at once: no setting of Evento does that. Medians of ${rounds} rounds of ${seconds} s in turns.`,
    rows,
    goals: [
      {
        what: `commands a second at ${manyClients} clients, synced to unsynced`,
        found: ratioOf(manyClients),
        bound: "at least",
        goal: 0.9,
      },
    ],
    plots: [],
  };
}
