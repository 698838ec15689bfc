// All of it in one life of a bank, by chance.
import { DiskShim, whyNoLibrary } from "../disk-shim.ts";
import { MovedClock } from "../moved-clock.ts";
import { besiege, count, timesOf, type Phase, type PhaseRun } from "../phase.ts";
import { elapse, type Siege } from "../siege.ts";

const turnsPerMinute = 3;
const answersMax = 40;
const stopMs = 700;
const hoursMax = 3;
const faults = ["kill", "kill", "power", "term", "stand still", "clock"] as const;

export const mixed: Phase = {
  name: "mixed",
  about: "all of this happens to one bank in any order",
  unavailable: whyNoLibrary,
  proofs: ["turns", "untold"],
  async run(run) {
    const { bench, figures } = run;
    const { dice } = bench;
    const shim = await DiskShim.make(bench);
    const clock = await MovedClock.make(bench);
    await besiege(run, async (siege) => {
      for (let left = timesOf(run, turnsPerMinute); left > 0; left--) {
        const watched = await shim.environment(siege);
        const LD_PRELOAD = [watched["LD_PRELOAD"], clock.environment["LD_PRELOAD"]].join(" ");
        await siege.start({ environment: { ...watched, ...clock.environment, LD_PRELOAD } });
        await siege.load({ answers: dice.between(0, answersMax), ms: dice.between(0, 50) });
        const fault = dice.one(faults);
        await doTo(siege, fault, { run, shim, clock });
        count(figures, fault);
        count(figures, "turns");
      }
      clock.move((hoursMax + 1) * 3_600);
      return { environment: clock.environment };
    });
  },
};

async function doTo(
  siege: Siege,
  fault: (typeof faults)[number],
  { run, shim, clock }: { run: PhaseRun; shim: DiskShim; clock: MovedClock },
): Promise<void> {
  const { dice } = run.bench;
  switch (fault) {
    case "kill":
      await siege.end("SIGKILL");
      return;
    case "power":
      await siege.end("SIGKILL");
      count(run.figures, "bytes lost", await shim.losePower(siege, () => dice.fraction()));
      return;
    case "term":
      await siege.end("SIGTERM");
      return;
    case "stand still":
      process.kill(siege.run.pid, "SIGSTOP");
      await elapse(stopMs);
      process.kill(siege.run.pid, "SIGCONT");
      await siege.load({ answers: 1 });
      await siege.end("SIGKILL");
      return;
    case "clock":
      clock.move(dice.between(-hoursMax * 3_600, hoursMax * 3_600));
      await siege.load({ answers: 5 });
      await siege.end("SIGKILL");
  }
}
