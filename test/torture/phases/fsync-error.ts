// A sync fails, and all after it: the host ends at once, and the power goes as well, since no byte of a failed sync can be counted on.
import { DiskShim, whyNoLibrary } from "../disk-shim.ts";
import { besiege, count, timesOf, type Phase, type PhaseRun } from "../phase.ts";
import type { Siege } from "../siege.ts";

const failuresPerMinute = 2;
/** A start takes some ten of them. */
const syncs = { min: 3, max: 120 };

export const fsyncError: Phase = {
  name: "fsync-error",
  about: "syncs fail from some moment on",
  unavailable: whyNoLibrary,
  proofs: ["ends with code 70 under load", "untold"],
  async run(run) {
    const shim = await DiskShim.make(run.bench);
    await besiege(run, async (siege) => {
      for (let left = timesOf(run, failuresPerMinute); left > 0; left--) await failOnce(siege, shim, run);
    });
  },
};

async function failOnce(siege: Siege, shim: DiskShim, { bench: { dice }, figures }: PhaseRun): Promise<void> {
  const failsAt = dice.between(syncs.min, syncs.max);
  const host = siege.launch({ environment: await shim.environment(siege, { failsAt }) });
  const listened = await siege.takeUp();
  if (listened) siege.serve();
  const { code, signal } = await host.ownEnd();
  await siege.pause();
  if (listened && code !== 70) throw new Error(`the host ended with ${code ?? signal}, expected 70: ${host.log}`);
  if (code === 0) throw new Error(`the host ended with 0 although it could not sync: ${host.log}`);
  count(figures, listened ? "ends with code 70 under load" : "starts that failed");
  count(figures, "bytes lost", await shim.losePower(siege, () => dice.fraction()));
}
