// The package as `npm pack` makes it, installed in an empty project: one installation serves all tests of a run.
import { execFile, type ChildProcess } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdir, mkdtemp, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import type { ExecutionContext } from "ava";

import { startGroup } from "../process-group.ts";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const run = promisify(execFile);
const installFlags = ["--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];

export class InstalledPackage {
  /** The project's folder. */
  readonly directory: string;
  /** Paths in the package, without its top folder. */
  readonly files: readonly string[];

  private constructor(directory: string, files: readonly string[]) {
    this.directory = directory;
    this.files = files;
  }

  static async install(): Promise<InstalledPackage> {
    const folder = await mkdtemp(join(tmpdir(), "evento-package-"));
    process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
    const packed = await run("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: repository });
    const tarball = join(folder, packed.stdout.trim());
    const { stdout: listed } = await run("tar", ["-tzf", tarball]);
    const directory = join(folder, "project");
    await mkdir(directory);
    const allowScripts = { node: true, "classic-level": true };
    const project = { name: "project", private: true, type: "module", allowScripts };
    await writeFile(join(directory, "package.json"), JSON.stringify(project));
    const installed = new InstalledPackage(
      directory,
      listed
        .trim()
        .split("\n")
        .map((path) => path.replace(/^package\//, "")),
    );
    await run("npm", ["install", ...installFlags, tarball], { cwd: directory, env: installed.#environment() });
    return installed;
  }

  /** Runs a command line of the project to its end. @throws with its output when it fails */
  async run(command: string, args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
    return run(command, args, { cwd: this.directory, env: this.#environment() });
  }

  /** Starts a command line of the project that ends with the test at the latest. */
  start(t: ExecutionContext, command: string, args: readonly string[]): ChildProcess {
    return startGroup(t, command, args, { cwd: this.directory, env: this.#environment() });
  }

  /** Names in the project's node_modules. */
  async packages(): Promise<readonly string[]> {
    return readdir(join(this.directory, "node_modules"));
  }

  /** Without what npm tells its children, and without the commands of this repository: as in a user's shell. */
  #environment(): NodeJS.ProcessEnv {
    const path = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => !folder.includes("node_modules"));
    const others = Object.entries(process.env).filter(([name]) => !/^(?:EVENTO_|npm_|NODE_|AVA_)/i.test(name));
    return { ...Object.fromEntries(others), PATH: path.join(delimiter) };
  }
}
