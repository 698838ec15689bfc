// Keeps what a host runs equal to the sources under a folder: builds what changed, deploys what was built.
import { functionFolders } from "../../sdk-assemblyscript/function-folders.ts";
import type { Engine } from "../engine/engine.ts";
import type { Deployed } from "../engine/deployment.ts";
import { EventoError } from "../errors.ts";
import { buildErrorText } from "./build-error.ts";
import { errorText } from "./error-text.ts";
import { functionBuild, type Compile, type FunctionBuild } from "./function-build.ts";
import { sourceDigest } from "./function-sources.ts";
import { functionLine } from "./function-line.ts";
import type { Terminal } from "./terminal.ts";

export class DevFunctions {
  readonly #engine: Engine;
  readonly #root: string;
  readonly #compile: Compile;
  readonly #terminal: Terminal;
  /** Digests of the sources last tried, by folder. */
  readonly #tried = new Map<string, string>();
  /** Built and refused by the host: tried again with every change, since the reason may lie in another function. */
  readonly #refused = new Map<string, FunctionBuild>();

  constructor(given: { engine: Engine; root: string; compile: Compile; terminal: Terminal }) {
    this.#engine = given.engine;
    this.#root = given.root;
    this.#compile = given.compile;
    this.#terminal = given.terminal;
  }

  /** Builds and deploys what changed since the last call, and tells of each; never throws for what is wrong in sources. */
  async sync(): Promise<void> {
    const directories = await functionFolders(this.#root);
    for (const directory of directories) await this.#build(directory);
    for (const directory of this.#tried.keys()) if (!directories.includes(directory)) this.#forget(directory);
    const builds = [...this.#refused.values()].toSorted((one, other) => one.rank - other.rank);
    const nameWidth = Math.max(0, ...builds.map(({ name }) => name.length));
    for (const build of builds) await this.#deploy(build, nameWidth);
  }

  async #build(directory: string): Promise<void> {
    const digest = sourceDigest(directory);
    if (this.#tried.get(directory) === digest) return;
    this.#tried.set(directory, digest);
    this.#refused.delete(directory);
    try {
      // What is built waits among the refused until the host has taken it.
      this.#refused.set(directory, await functionBuild(directory, this.#compile));
    } catch (error) {
      this.#terminal.note(buildErrorText(directory, error, this.#terminal));
    }
  }

  async #deploy(build: FunctionBuild, nameWidth: number): Promise<void> {
    try {
      const deployed = await this.#deployed(build);
      this.#refused.delete(build.directory);
      const { version, kinds, aggregate, events } = deployed.function;
      const shown = { name: build.name, version, kinds, aggregate, events, changed: deployed.changed };
      this.#terminal.note(functionLine(shown, build, { nameWidth, terminal: this.#terminal }));
    } catch (error) {
      if (!(error instanceof EventoError)) throw error;
      this.#terminal.note(`${build.directory} was not deployed\n${errorText(error, this.#terminal)}`);
    }
  }

  #deployed(build: FunctionBuild): Promise<Deployed> {
    const { deployment } = this.#engine;
    return build.kind === "rules"
      ? deployment.rules(build.name, build.rules)
      : deployment.component(build.name, build.component);
  }

  #forget(directory: string): void {
    this.#tried.delete(directory);
    this.#refused.delete(directory);
    this.#terminal.note(`${directory} is gone; what was deployed of it stays (see \`evento functions remove\`)`);
  }
}
