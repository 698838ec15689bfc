// An example of docs/languages.md in one language: built and deployed by the commands of its page.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { blocksOf } from "../docs/document-run.ts";
import { serviceOrSkip } from "../services/tests-with-service.ts";

const run = promisify(execFile);
const repository = fileURLToPath(new URL("../..", import.meta.url));
const commandsDeadlineMs = 500_000;

export type LanguageExample = {
  readonly language: string;
  /** Under docs/languages. */
  readonly folder: string;
  /** A command that fails where the language's tools are missing. */
  readonly probe: string;
  /** Takes away what was built, in its folder. */
  readonly clean: string;
  /** Whether the same sources make the same bytes. */
  readonly isReproducible: boolean;
};

/** Those whose tools are here; of others it is said, and in continuous integration they have to be here. */
export async function examplesWithTools(examples: readonly LanguageExample[]): Promise<ReadonlySet<LanguageExample>> {
  const found = new Set<LanguageExample>();
  for (const example of examples) {
    const tools = await serviceOrSkip(`the tools for ${example.language}`, async () => {
      await shell(example.probe);
      return example;
    });
    if (tools !== undefined) found.add(tools);
  }
  return found;
}

/** Does what the page says, to the letter. */
export async function buildAndDeploy({ folder }: LanguageExample, hostUrl: string): Promise<void> {
  await shell(await commandsOf(folder), hostUrl);
}

/** Builds from nothing. */
export async function buildAnew({ folder, clean }: LanguageExample): Promise<Buffer> {
  await shell(`cd docs/languages/${folder}\n${clean}`);
  await shell((await commandsOf(folder)).replace(/^npx evento deploy .*\n/m, ""));
  return await componentOf({ folder });
}

export function componentOf({ folder }: Pick<LanguageExample, "folder">): Promise<Buffer> {
  return readFile(new URL(`../../docs/languages/${folder}/build/thermostat.wasm`, import.meta.url));
}

async function commandsOf(folder: string): Promise<string> {
  const blocks = await blocksOf("languages.md");
  const block = blocks.find(({ text }) => text.startsWith(`cd docs/languages/${folder}\n`));
  if (block === undefined) throw new Error(`found no block of commands in docs/languages/${folder} on the page`);
  return block.text;
}

async function shell(commands: string, hostUrl = ""): Promise<void> {
  await run("bash", ["-e", "-c", commands], {
    cwd: repository,
    env: { ...process.env, EVENTO_URL: hostUrl },
    timeout: commandsDeadlineMs,
    maxBuffer: 16 << 20,
  });
}
