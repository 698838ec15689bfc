// SIGTERM under load: it ends in time and with 0, nothing that was accepted is lost, and the next start has nothing to repair.
import { join } from "node:path";

import { openIndex, readCheckpoint } from "../../../host/journal/level/index-database.ts";
import { verifyJournal } from "../../../host/journal/level/verify.ts";
import { besiege, count, timesOf, type Phase } from "../phase.ts";
import type { Siege } from "../siege.ts";

const shutdownsPerMinute = 2;
const answersMax = 40;
/** The host gives itself 30 s; with nothing that hangs it takes a fraction of a second. */
const endMsMax = 15_000;

export const shutdown: Phase = {
  name: "shutdown",
  about: "the host is told to end under load",
  proofs: ["shutdowns under load"],
  async run(run) {
    const { bench, figures } = run;
    await besiege(run, async (siege) => {
      for (let left = timesOf(run, shutdownsPerMinute); left > 0; left--) {
        await siege.start();
        await siege.load({ answers: bench.dice.between(1, answersMax), ms: bench.dice.between(0, 20) });
        const began = performance.now();
        const { code, signal } = await siege.end("SIGTERM");
        const ms = Math.round(performance.now() - began);
        if (code !== 0) throw new Error(`the host ended with ${code ?? signal} after SIGTERM: ${siege.run.log}`);
        if (ms > endMsMax) throw new Error(`the host took ${ms} ms to end`);
        await requireNothingToRepair(siege);
        count(figures, "shutdowns under load");
        figures["ms at most"] = Math.max(figures["ms at most"] ?? 0, ms);
      }
    });
  },
};

/** The index says all that the log says: the next start reads none of it again. */
async function requireNothingToRepair(siege: Siege): Promise<void> {
  await siege.verify();
  const { head } = await verifyJournal(siege.data);
  const index = await openIndex(join(siege.data, "index"));
  const { group } = await readCheckpoint(index);
  await index.close();
  if (group !== head.group) throw new Error(`the index ends at group ${group}, and the log at ${head.group}`);
}
