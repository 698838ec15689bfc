// The power goes: the host is killed, and its files are cut to what was synced, or to that and some of the rest.
import { DiskShim, whyNoLibrary } from "../disk-shim.ts";
import { besiege, count, timesOf, type Phase } from "../phase.ts";

const lossesPerMinute = 5;
const lossesPerSiege = 25;
const answersMax = 60;

export const powerLoss: Phase = {
  name: "power-loss",
  about: "the power goes, and files keep what was synced and some of the rest",
  unavailable: whyNoLibrary,
  proofs: ["losses", "bytes lost", "untold"],
  async run(run) {
    const { bench, figures } = run;
    const { dice } = bench;
    const shim = await DiskShim.make(bench);
    for (let left = timesOf(run, lossesPerMinute); left > 0; left -= lossesPerSiege)
      await besiege(run, async (siege) => {
        for (let loss = 0; loss < Math.min(left, lossesPerSiege); loss++) {
          await siege.start({ environment: await shim.environment(siege) });
          await siege.load({ answers: dice.between(1, answersMax), ms: dice.between(0, 20) });
          await siege.end("SIGKILL");
          // Nothing of the rest, or a share of each file's own.
          const leavesNothing = dice.happens(0.5);
          const lost = await shim.losePower(siege, () => (leavesNothing ? 0 : dice.fraction()));
          count(figures, "losses");
          count(figures, "bytes lost", lost);
        }
      });
  },
};
