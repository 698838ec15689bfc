// A project with one function in a temporary folder: the greeting, or a greeting with another handler.
import { rmSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { ExecutionContext } from "ava";

import { runEvento } from "./evento-run.ts";

const repository = fileURLToPath(new URL("../../", import.meta.url));

export type GreetingProject = {
  readonly directory: string;
  /** Path of a file of the function. */
  readonly path: (file: string) => string;
  /** Replaces a text in one of the function's files, which must be there. */
  readonly edit: (file: string, from: string, to: string) => Promise<void>;
};

/** A project that was never built. */
export async function greetingProject(t: ExecutionContext): Promise<GreetingProject> {
  const directory = await temporaryProject(t);
  await copyProject(repository, directory, /\/(?:build|generated)$|\.test\.ts$/);
  return projectIn(t, directory);
}

let built: Promise<string> | undefined;

/** A project as an earlier build left it: one build serves all tests of a file. */
export async function builtGreetingProject(t: ExecutionContext): Promise<GreetingProject> {
  built ??= buildOnce();
  const directory = await temporaryProject(t);
  await copyProject(await built, directory);
  return projectIn(t, directory);
}

async function buildOnce(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "evento-built-"));
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  await copyProject(repository, directory, /\/(?:build|generated)$|\.test\.ts$/);
  const { code, stderr } = await runEvento(["build"], { directory });
  if (code !== 0) throw new Error(`the greeting does not build: ${stderr}`);
  return directory;
}

async function temporaryProject(t: ExecutionContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "evento-project-"));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function copyProject(from: string, to: string, leftOut?: RegExp): Promise<void> {
  for (const folder of ["functions/greeting", "schemas/greeting"])
    await cp(join(from, folder), join(to, folder), {
      recursive: true,
      filter: (source) => leftOut?.test(source) !== true,
    });
}

function projectIn(t: ExecutionContext, directory: string): GreetingProject {
  const path = (file: string): string => join(directory, "functions/greeting", file);
  return {
    directory,
    path,
    async edit(file, from, to) {
      const text = await readFile(path(file), "utf8");
      t.true(text.includes(from), `${file} has no ${from}`);
      await writeFile(path(file), text.replace(from, to));
    },
  };
}
