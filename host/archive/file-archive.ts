// An archive in a folder: an object is a file, which appears whole by a rename.
import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";

import { isMissing, syncDirectory, writeDurable } from "../storage/durable-file.ts";
import type { Archive } from "./archive.ts";

/** A file that is being written; what a crash left of it is never read. */
const unfinishedPrefix = "unfinished-";

export class FileArchive implements Archive {
  readonly #directory: string;

  constructor({ directory }: { directory: string }) {
    this.#directory = directory;
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    const path = this.#pathOf(name);
    const folder = dirname(path);
    await mkdir(folder, { recursive: true });
    const unfinished = join(folder, `${unfinishedPrefix}${randomUUID()}`);
    await writeDurable(unfinished, [bytes]);
    await rename(unfinished, path);
    await syncDirectory(folder);
  }

  async get(name: string): Promise<Uint8Array | undefined> {
    try {
      return await readFile(this.#pathOf(name));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async list(folder: string): Promise<readonly string[]> {
    const top = this.#pathOf(folder);
    try {
      const entries = await readdir(top, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile() && !entry.name.startsWith(unfinishedPrefix))
        .map((entry) => relative(this.#directory, join(entry.parentPath, entry.name)).replaceAll(sep, "/"))
        .toSorted();
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  async close(): Promise<void> {}

  /** Names are the host's own: UUIDs, numbers and digests. */
  #pathOf(name: string): string {
    return join(this.#directory, ...name.split("/"));
  }
}
