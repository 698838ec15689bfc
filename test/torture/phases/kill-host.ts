// kill -9 of the host: half of them under load, half while it is still on its way up.
import { stat } from "node:fs/promises";
import { join } from "node:path";

import { besiege, count, timesOf, type Phase, type PhaseRun } from "../phase.ts";
import { elapse, type Siege } from "../siege.ts";

const killsPerMinute = 20;
/** A new bank after so many, since every start reads the whole log. */
const killsPerSiege = 25;
const load = { answersMax: 80, msMax: 50 };
/** Around the time that a start takes; and after its log was opened, which comes near the end of it. */
const startMs = { min: 50, max: 900 };
const openMsMax = 150;
const pollMs = 5;

export const killHost: Phase = {
  name: "kill-host",
  about: "the host is killed at random moments, half of them during its recovery",
  proofs: ["kills under load", "kills during recovery", "kills with the log open before it listened", "untold"],
  async run(run) {
    const { dice } = run.bench;
    for (let left = timesOf(run, killsPerMinute); left > 0; left -= killsPerSiege)
      await besiege(run, async (siege) => {
        for (let kill = 0; kill < Math.min(left, killsPerSiege); kill++) {
          if (kill % 2 === 1) await killDuringRecovery(siege, run);
          else {
            await siege.start();
            await siege.load({ answers: dice.between(0, load.answersMax), ms: dice.between(0, load.msMax) });
            await siege.end("SIGKILL");
            count(run.figures, "kills under load");
          }
        }
      });
  },
};

async function killDuringRecovery(siege: Siege, { bench: { dice }, figures }: PhaseRun): Promise<void> {
  const before = await openingOf(siege.data);
  const host = siege.launch();
  const isOpen = async (): Promise<boolean> => (await openingOf(siege.data)) !== before;
  if (dice.happens(0.5)) {
    while (!host.isListening && !(await isOpen())) await elapse(pollMs);
    await Promise.race([elapse(dice.between(0, openMsMax)), host.listening]);
  } else await Promise.race([elapse(dice.between(startMs.min, startMs.max)), host.listening]);
  const { isListening } = host;
  await siege.end("SIGKILL");
  if (isListening) return count(figures, "kills as it began to listen");
  count(figures, "kills during recovery");
  if (await isOpen()) count(figures, "kills with the log open before it listened");
}

/** LevelDB begins a new file LOG whenever it is opened; between two of them there is none for a moment. */
async function openingOf(data: string): Promise<number> {
  return stat(join(data, "log", "LOG")).then(
    ({ ino }) => ino,
    () => 0,
  );
}
