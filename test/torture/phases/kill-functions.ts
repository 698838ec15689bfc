// Function processes are killed under load, and now and then the nursery that all of them come from. The host goes on.
import { readFile } from "node:fs/promises";

import { childrenOf } from "../../linux-process.ts";
import { besiege, count, timesOf, type Phase, type PhaseRun } from "../phase.ts";
import type { Siege } from "../siege.ts";

const killsPerMinute = 12;
const nurseryShare = 0.15;
const answersMax = 25;

type FunctionView = {
  readonly process?: {
    readonly restarts: number;
    readonly processes: readonly { readonly pid: number; readonly in_flight: number }[];
  };
};

export const killFunctions: Phase = {
  name: "kill-functions",
  about: "function processes and their nursery are killed",
  proofs: ["functions killed", "functions killed in the middle of a call", "nurseries killed", "restarts of functions"],
  async run(run) {
    const { dice } = run.bench;
    await besiege(run, async (siege) => {
      await siege.start();
      for (let left = timesOf(run, killsPerMinute); left > 0; left--) {
        const wanted = dice.between(1, answersMax);
        const got = await siege.load({ answers: wanted });
        if (siege.run.hasEnded) throw new Error(`the host ended with its functions: ${siege.run.log}`);
        if (got < wanted) throw new Error(`the client got ${got} answers after a kill, expected ${wanted}`);
        if (left % 7 === 0 || dice.happens(nurseryShare)) await killNursery(siege, run);
        else await killFunction(siege, run);
      }
      const views = await functionsOf(siege);
      count(run.figures, "restarts of functions", sumOf(views.map((view) => view.process?.restarts ?? 0)));
      await siege.pause();
      await siege.audit.checkQuiet(siege.url);
      await siege.end("SIGTERM");
    });
  },
};

async function killFunction(siege: Siege, { bench: { dice }, figures }: PhaseRun): Promise<void> {
  const processes = (await functionsOf(siege)).flatMap((view) => view.process?.processes ?? []);
  const busy = processes.filter(({ in_flight }) => in_flight > 0);
  if (processes.length === 0) return;
  const { pid, in_flight } = dice.one(busy.length > 0 ? busy : processes);
  if (!kill(pid)) return;
  count(figures, "functions killed");
  if (in_flight > 0) count(figures, "functions killed in the middle of a call");
}

async function killNursery(siege: Siege, { figures }: PhaseRun): Promise<void> {
  const { pid } = siege.run;
  for (const child of await childrenOf(pid)) {
    const command = await readFile(`/proc/${child}/cmdline`, "utf8").catch(() => "");
    if (command.includes("nursery.cjs") && kill(child)) count(figures, "nurseries killed");
  }
}

async function functionsOf({ url }: Siege): Promise<readonly FunctionView[]> {
  const response = await fetch(`${url}/functions`, { signal: AbortSignal.timeout(10_000) });
  const answer = (await response.json()) as { functions: readonly FunctionView[] };
  return answer.functions;
}

/** Whether it was there to be killed. */
function kill(pid: number): boolean {
  try {
    return process.kill(pid, "SIGKILL");
  } catch {
    return false;
  }
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
