// A C file made into a library that is preloaded into a process and stands between it and the kernel.
import { execFile } from "node:child_process";
import { join, parse } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** @returns the library's path; undefined where it can't be made: elsewhere than on Linux, or without a C compiler. */
export async function makeLibrary(source: string, folder: string): Promise<string | undefined> {
  if (process.platform !== "linux") return undefined;
  const library = join(folder, `${parse(source).name}.so`);
  return run("cc", ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"]).then(
    () => library,
    () => undefined,
  );
}
