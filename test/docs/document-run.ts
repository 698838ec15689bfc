// A page of the documentation as its reader follows it: files are written, commands are run, and what the page says they print is
// compared with what they print.
//
//   ```sh              commands; one block is one shell, in the project's folder
//   ```sh fails        the same, and the last of them ends with exit code 1
//   ```sh stays        goes on beside the rest of the page; a host is one
//   ```json            what the last command printed has at least
//   ```text            lines that it printed, in this order and one after the other; … is any text
//   ```ts PATH         a file of the project
import { readFile } from "node:fs/promises";

import type { ExecutionContext } from "ava";

import { PageRun, type PageOptions } from "./page-run.ts";

export type Block = {
  readonly language: string;
  /** The second word of the fence: the file that the block is, or what is special about commands. */
  readonly path: string | undefined;
  readonly text: string;
};

/** The fenced blocks of a page of docs/, in their order. */
export async function blocksOf(page: string): Promise<readonly Block[]> {
  const text = await readFile(new URL(`../../docs/${page}`, import.meta.url), "utf8");
  return [...text.matchAll(/^```(\w+)(?: (\S+))?\n(.*?)^```$/gms)].map(([, language = "", path, body = ""]) => ({
    language,
    path,
    text: body,
  }));
}

/** Follows a page from its first block to its last. */
export async function followPage(t: ExecutionContext, page: string, options: PageOptions): Promise<void> {
  const run = new PageRun(t, options);
  for (const block of await blocksOf(page)) {
    if ((await options.before?.(block, run.textOf(block))) === true) continue;
    await run.follow(block);
  }
}
