// One page on its way: the host that it started, and what was printed last.
import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import type { ExecutionContext } from "ava";

import { OutputWatch } from "../cli/output-watch.ts";
import { startGroup } from "../process-group.ts";
import type { Block } from "./document-run.ts";
import { isLike, lastJson, patternOf } from "./expected-output.ts";
import type { Project } from "./page-project.ts";

const commandDeadlineMs = 120_000;
/** What a process that stays wrote to standard error, as it is shown when the page does not hold. */
const complaintCharsMax = 2_000;
/** What a page says of a state comes true by and by: commands that only look are run again until it does. */
const lookDeadlineMs = 30_000;
const lookIntervalMs = 200;
const looks =
  /^\s*(npx evento (aggregate|events|functions|parked|schemas|trace)( |$)(?!retry|rollback)|curl -s [^-]*$)/;

type BlockKind = "file" | "commands" | "failing commands" | "process" | "json" | "text" | "other";

export type PageOptions = {
  readonly project: Project;
  /** Of a host that runs already; else the page has to start one. */
  readonly url?: string;
  readonly environment?: { readonly [name: string]: string };
  /** What stands in the page for something that is another in the test: an address, a folder. */
  readonly replaced?: { readonly [text: string]: string };
  /** Called before each block; true when the block is done with. */
  readonly before?: (block: Block, text: string) => Promise<boolean>;
};

export class PageRun {
  readonly #t: ExecutionContext;
  readonly #options: PageOptions;
  #url: string;
  #printed = "";
  /** The commands of the last block, and what is still printed by the last process that stays. */
  #commands = "";
  #process: OutputWatch | undefined;

  constructor(t: ExecutionContext, options: PageOptions) {
    this.#t = t;
    this.#options = options;
    this.#url = options.url ?? "http://localhost:8080";
  }

  /** A block's text with what is another in the test. */
  textOf({ text }: Block): string {
    let own = text.replaceAll("localhost:8080", new URL(this.#url).host);
    for (const [found, put] of Object.entries(this.#options.replaced ?? {})) own = own.replaceAll(found, put);
    return own;
  }

  async follow(block: Block): Promise<void> {
    const text = this.textOf(block);
    switch (kindOf(block)) {
      case "file":
        return this.#write(block.path ?? "", text);
      case "process":
        return this.#start(text);
      case "commands":
        return this.#run(text, 0);
      case "failing commands":
        return this.#run(text, 1);
      case "json":
        return this.#shows(
          () => this.#t.like(JSON.parse(lastJson(this.#printed)), JSON.parse(text), text),
          () => isLike(lastJson(this.#printed), JSON.parse(text)),
        );
      case "text":
        return this.#shows(
          () => this.#t.regex(this.#printed, patternOf(text)),
          () => patternOf(text).test(this.#printed),
        );
      case "other":
    }
  }

  async #write(path: string, text: string): Promise<void> {
    const target = join(this.#options.project.directory, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text);
  }

  async #run(commands: string, expected: number): Promise<void> {
    const { code, output } = await this.#shell(commands);
    this.#t.is(code, expected, `${commands}\n${output}`);
    [this.#commands, this.#printed, this.#process] = [commands, output, undefined];
  }

  /** Waits for what the page says, as long as it may still come. */
  async #shows(assert: () => void, isShown: () => boolean): Promise<void> {
    const end = performance.now() + lookDeadlineMs;
    while (!isShown() && performance.now() < end) {
      await delay(lookIntervalMs);
      if (this.#process !== undefined) this.#printed = this.#process.text;
      else if (
        this.#commands
          .trim()
          .split("\n")
          .every((line) => looks.test(line))
      )
        this.#printed = (await this.#shell(this.#commands)).output;
      else break;
    }
    assert();
  }

  async #shell(commands: string): Promise<{ code: number; output: string }> {
    const { promise, resolve } = Promise.withResolvers<{ code: number; output: string }>();
    const settings = { cwd: this.#options.project.directory, env: this.#environment(), timeout: commandDeadlineMs };
    execFile("bash", ["-e", "-c", commands], settings, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code ?? -1);
      resolve({ code, output: stderr + stdout });
    });
    return promise;
  }

  /** Starts what ends with the test. A host tells where it listens. */
  async #start(commands: string): Promise<void> {
    const child = startGroup(this.#t, "bash", ["-e", "-c", commands], {
      cwd: this.#options.project.directory,
      env: { ...this.#environment(), EVENTO_LISTEN: "127.0.0.1:0" },
    });
    const complaints = new OutputWatch(child.stderr);
    this.#t.teardown(() => {
      if (!this.#t.passed) this.#t.log(complaints.text.slice(-complaintCharsMax));
    });
    this.#process = new OutputWatch(child.stdout);
    this.#printed = "";
    if (/evento (dev|serve)/.test(commands)) [this.#url] = await this.#process.until(/https?:\/\/[^\s/]+/);
  }

  #environment(): NodeJS.ProcessEnv {
    const { project, environment = {} } = this.#options;
    return { PATH: project.path, HOME: process.env["HOME"], EVENTO_URL: this.#url, ...environment };
  }
}

function kindOf({ language, path }: Block): BlockKind {
  if (language === "sh") return path === "stays" ? "process" : path === "fails" ? "failing commands" : "commands";
  if (path !== undefined) return "file";
  return language === "json" || language === "text" ? language : "other";
}
