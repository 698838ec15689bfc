// A copy of the host and its simulator in which some texts are others: a planted bug, or narrower bounds.
import { spawn } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export type Change = { readonly file: string; readonly find: string; readonly replace: string };

/** A violation that a run of the copy has told. */
export type Finding = { readonly seed: number; readonly invariant: string; readonly message: string };

const root = fileURLToPath(new URL("../../", import.meta.url));

export class HostCopy implements AsyncDisposable {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** @throws when a text is not there exactly once: then the change is out of date. */
  static async make(changes: readonly Change[]): Promise<HostCopy> {
    const directory = await mkdtemp(join(tmpdir(), "evento-simulated-"));
    const copy = new HostCopy(directory);
    try {
      for (const part of ["host", "test/simulation", "package.json"])
        await cp(join(root, part), join(directory, part), { recursive: true });
      await symlink(join(root, "node_modules"), join(directory, "node_modules"));
      for (const change of changes) await copy.#apply(change);
    } catch (error) {
      await copy[Symbol.asyncDispose]();
      throw error;
    }
    return copy;
  }

  async #apply({ file, find, replace }: Change): Promise<void> {
    const path = join(this.#directory, file);
    const text = await readFile(path, "utf8");
    const count = text.split(find).length - 1;
    if (count !== 1)
      throw new Error(
        `found ${count} times in ${file}, expected once: ${find} (the host has changed: change this too)`,
      );
    await writeFile(
      path,
      text.replace(find, () => replace),
    );
  }

  /** Runs the simulator of the copy. @returns what it printed. */
  async simulate(args: readonly string[], { deadlineMs }: { deadlineMs: number }): Promise<string> {
    const child = spawn(process.execPath, ["test/simulation/simulate.ts", ...args], {
      cwd: this.#directory,
      stdio: ["ignore", "pipe", "inherit"],
      timeout: deadlineMs,
      killSignal: "SIGKILL",
    });
    let printed = "";
    for await (const chunk of child.stdout.setEncoding("utf8")) printed += String(chunk);
    return printed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** The violations among what a run has printed. */
export function findingsIn(printed: string): readonly Finding[] {
  return printed
    .split("\n")
    .filter((line) => line.startsWith('{"seed"'))
    .map((line) => JSON.parse(line) as Finding);
}
