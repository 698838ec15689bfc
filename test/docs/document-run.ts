// A page of the documentation as its reader follows it: files are written, commands are run, and what the page says they print is
// compared with what they print.
//
//   ```sh              commands; one block is one shell
//   ```json            what the last command printed has at least
//   ```ts PATH         a file of the project
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

export type Block = {
  readonly language: string;
  /** The file that the block is; undefined for commands and what they print. */
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

export async function writeBlock(project: string, { path = "", text }: Block): Promise<void> {
  const target = join(project, path);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, text);
}
