// One run over all targets, each for its share of the time; then the host must be as it was.
import { memoryOf } from "../../linux-process.ts";
import { deploy, greet, greetingComponent, startHostProcess } from "../host-process.ts";
import { puppetComponent } from "../../fixtures/functions/component-fixture.ts";
import { dispatcherComponent } from "../../fixtures/functions/text-component.ts";
import { fuzzInProcess, inProcessTargets } from "./in-process.ts";
import { fuzzBodies, fuzzComponents, fuzzRequests } from "./over-network.ts";

export type FuzzReport = {
  readonly target: string;
  readonly inputs: number;
  readonly seconds: number;
};

/** What a host may grow by: its caches are full then. */
const growthBytesMax = 700 << 20;

/**
 * @param ms - for all targets together. @param only - the target that has all of it, of all when left out.
 * @param corpus - components beside those that are made here. @throws with the input when there is a finding
 */
export async function fuzz({
  seed,
  ms,
  only,
  corpus = [],
  onReport,
}: {
  seed: number;
  ms: number;
  only?: string | undefined;
  corpus?: readonly Uint8Array[];
  onReport: (report: FuzzReport) => void;
}): Promise<void> {
  const inside = await inProcessTargets();
  const share = only === undefined ? ms / (inside.length + 3) : ms;
  const measured = async (target: string, run: () => number | Promise<number>): Promise<void> => {
    if (only !== undefined && only !== target) return;
    const began = performance.now();
    const inputs = await run();
    onReport({ target, inputs, seconds: (performance.now() - began) / 1_000 });
  };
  for (const target of inside) await measured(target.name, () => fuzzInProcess(target, { seed, ms: share }));
  const host = await startHostProcess();
  try {
    const component = await greetingComponent();
    if ((await deploy(host.url, "greeting", component)) !== 201) throw new Error("expected the greeting deployed");
    if ((await greet(host.url, "before")) !== 200) throw new Error("expected a greeting before");
    const before = await memoryOf(host.pid);
    const components = [component, await puppetComponent(), await dispatcherComponent()];
    const run = { host, seed, ms: share };
    await measured("bodies", () => fuzzBodies(run));
    await measured("requests", () => fuzzRequests(run));
    await measured("components", () => fuzzComponents({ ...run, components, corpus }));
    if ((await greet(host.url, "after")) !== 200) throw new Error("found no greeting after it");
    const growth = (await memoryOf(host.pid)) - before;
    if (growth > growthBytesMax) throw new Error(`found the host grown by ${growth} bytes`);
    if (host.log().includes("rest.failed")) throw new Error(`found an unforeseen failure: ${host.log()}`);
  } finally {
    await host.stop();
  }
}
