// The wall clock jumps hours ahead and back, between two hosts and under a running one.
import { whyNoLibrary } from "../disk-shim.ts";
import { MovedClock } from "../moved-clock.ts";
import { besiege, count, timesOf, type Phase } from "../phase.ts";

const startsPerMinute = 0.8;
const jumpsPerStart = 4;
const answers = 15;
const hoursMax = 5;
const hourMs = 3_600_000;

export const clockJumps: Phase = {
  name: "clock-jumps",
  about: "the wall clock jumps hours ahead and back",
  unavailable: whyNoLibrary,
  proofs: ["jumps ahead that the log shows", "answers while the clock was behind the log"],
  async run(run) {
    const { bench, figures } = run;
    const { dice } = bench;
    const clock = await MovedClock.make(bench);
    const { environment } = clock;
    await besiege(run, async (siege) => {
      const jump = async (direction: 1 | -1): Promise<void> => {
        const before = siege.audit.latest;
        clock.move(direction * dice.between(3_600, hoursMax * 3_600));
        const got = await siege.load({ answers });
        if (got < answers) throw new Error(`the client got ${got} answers after a jump, expected ${answers}`);
        await siege.pause();
        await siege.audit.check(siege.url);
        count(figures, "jumps");
        if (siege.audit.latest > before + hourMs / 2) count(figures, "jumps ahead that the log shows");
        if (clock.now() < before - hourMs / 2) count(figures, "answers while the clock was behind the log", got);
      };
      for (let left = timesOf(run, startsPerMinute); left > 0; left--) {
        await siege.start({ environment });
        for (let jumps = 0; jumps < jumpsPerStart; jumps++) await jump(jumps % 2 === 0 ? 1 : -1);
        await siege.end(dice.happens(0.5) ? "SIGKILL" : "SIGTERM");
      }
      // A booking waits until the clock shows its time, which was counted from the furthest that the clock ever was.
      clock.move((hoursMax + 1) * 3_600);
      return { environment };
    });
  },
};
