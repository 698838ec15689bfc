// The tutorial, followed to the letter in a project of its own; only the host's address is another.
import test from "ava";

import { startEvento } from "../cli/evento-run.ts";
import { OutputWatch } from "../cli/output-watch.ts";
import type { Json } from "../banking/bank-host.ts";
import { until } from "../until.ts";
import { followPage } from "./document-run.ts";
import { makeProject } from "./page-project.ts";

/** Commands that the test does in another way: it has a repository, and starts the host itself. */
const startCommands = "npm ci\nnpm start\n";

test("the tutorial does what it says, from an empty project to a transfer", async (t) => {
  t.timeout(300_000);
  const project = await makeProject(t);
  const dev = startEvento(t, ["dev", "--listen", "127.0.0.1:0"], { directory: project.directory });
  const [url] = await new OutputWatch(dev.stdout).until(/http:\S+/);
  await new OutputWatch(dev.stderr).until(/watching/);
  const written = new Set<string>();
  await followPage(t, "tutorial.md", {
    project,
    url,
    async before(block) {
      if (block.language !== "sh") written.add(block.path ?? "");
      else await deployed(url, written);
      return block.text === startCommands;
    },
  });
});

/** Waits until the host has what was saved: the function fits the schema, and the rules are there when they are written. */
async function deployed(url: string, paths: ReadonlySet<string>): Promise<void> {
  const get = async (path: string): Promise<Json> => (await fetch(url + path)).json();
  if (paths.has("functions/wallet/aggregator.ts"))
    await until(async () => {
      const { schema, fingerprint } = await get("/schemas/Wallet");
      const { schemas } = await get("/functions/wallet");
      return JSON.stringify(schema ?? []).includes("SendingDeclined") && schemas?.Wallet === fingerprint;
    });
  if (paths.has("functions/wallet-transfers/rules.json"))
    await until(async () => (await fetch(`${url}/functions/wallet-transfers`)).ok);
}
