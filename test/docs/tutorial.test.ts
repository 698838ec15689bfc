// The tutorial, followed to the letter in a project of its own; only the host's address is another.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import test, { type ExecutionContext } from "ava";

import { startEvento } from "../cli/evento-run.ts";
import { OutputWatch } from "../cli/output-watch.ts";
import type { Json } from "../banking/bank-host.ts";
import { until } from "../until.ts";
import { blocksOf, writeBlock } from "./document-run.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);
/** Commands that the test does in another way: it has a repository, and starts the host itself. */
const startCommands = "npm ci\nnpm start\n";

/** A folder in which `npx evento` is the command line of this repository. */
async function makeProject(t: ExecutionContext): Promise<{ project: string; path: string }> {
  const folder = await mkdtemp(join(tmpdir(), "evento-tutorial-"));
  t.teardown(() => rm(folder, { recursive: true }));
  const [bin, project] = [join(folder, "bin"), join(folder, "project")];
  for (const made of [bin, project, join(project, "functions"), join(project, "schemas")]) await mkdir(made);
  const launcher = join(repository, "host/cli/evento.js");
  await writeFile(join(bin, "npx"), `#!/bin/sh\nshift\nexec "${process.execPath}" "${launcher}" "$@"\n`, {
    mode: 0o755,
  });
  for (const shared of ["sdk-assemblyscript", "node_modules", "package.json", "ava.config.js"])
    await symlink(join(repository, shared), join(project, shared));
  return { project, path: [bin, process.env["PATH"]].join(delimiter) };
}

test("the tutorial does what it says, from an empty project to a transfer", async (t) => {
  t.timeout(300_000);
  const { project, path } = await makeProject(t);
  const dev = startEvento(t, ["dev", "--listen", "127.0.0.1:0"], { directory: project });
  const [url] = await new OutputWatch(dev.stdout).until(/http:\S+/);
  const notes = new OutputWatch(dev.stderr);
  const environment = { PATH: path, HOME: process.env["HOME"], EVENTO_URL: url };
  let printed = "";
  const written = new Set<string>();
  await notes.until(/watching/);
  for (const block of await blocksOf("tutorial.md")) {
    if (block.path !== undefined) {
      await writeBlock(project, block);
      written.add(block.path);
    } else if (block.language === "json") t.like(JSON.parse(lastJson(printed)), JSON.parse(block.text), block.text);
    else if (block.text !== startCommands) {
      await deployed(url, written);
      printed = await shell(block.text);
    }
  }

  async function shell(text: string): Promise<string> {
    const commands = text.replaceAll("localhost:8080", new URL(url).host);
    const { stdout } = await run("bash", ["-e", "-c", commands], { cwd: project, env: environment });
    return stdout;
  }
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

/** The JSON at the end of what was printed: a line, or a document of several lines. */
function lastJson(printed: string): string {
  const lines = printed.trim().split("\n");
  for (let from = lines.length - 1; from >= 0; from--) {
    const text = lines.slice(from).join("\n");
    if (text.startsWith("{")) return text;
  }
  return printed;
}
