// A process of a test's own, whose lines are kept and which is killed at the latest when the test ends.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import type { ExecutionContext } from "ava";

export type Child = {
  /** What it has said so far. */
  readonly lines: readonly string[];
  /** What it has written to stderr so far. */
  readonly errors: string;
  /** Waits until a line begins with a text; rejects when the process ends before. */
  said(start: string): Promise<string>;
  /** Waits until it has said so many lines. */
  saidLines(count: number): Promise<void>;
  kill(): Promise<void>;
  readonly ended: Promise<void>;
};

/** @param shell - run in a shell before the process, in its place: limits and the like. */
export function startChild(t: ExecutionContext, file: string, args: readonly string[], shell = ""): Child {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const command = [process.execPath, path, ...args].map((word) => `'${word}'`).join(" ");
  const child = spawn("/bin/sh", ["-c", `${shell}\nexec ${command}`], { stdio: ["ignore", "pipe", "pipe"] });
  const lines: string[] = [];
  let errors = "";
  let rest = "";
  const changed = new EventTarget();
  const change = () => changed.dispatchEvent(new Event("change"));
  let isOver = false;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
    change();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const ended = once(child, "close").then(() => {
    isOver = true;
    change();
  });
  t.teardown(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const until = async (isReached: () => boolean): Promise<void> => {
    while (!isReached()) {
      if (isOver) throw new Error(`the process ended after ${lines.length} lines: ${errors || lines.at(-1)}`);
      await once(changed, "change");
    }
  };
  return {
    lines,
    get errors() {
      return errors;
    },
    async said(start) {
      const find = () => lines.find((line) => line.startsWith(start));
      await until(() => find() !== undefined);
      return find() ?? "";
    },
    saidLines: (count) => until(() => lines.length >= count),
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
    ended,
  };
}
