// A project of its own for a page that is followed, in which `npx evento` is the command line of this repository.
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

import type { ExecutionContext } from "ava";

const repository = fileURLToPath(new URL("../..", import.meta.url));

export type Project = {
  readonly directory: string;
  /** PATH with `npx evento` and `evento` as the command line of this repository. */
  readonly path: string;
};

/** An empty project, with copies of some of this repository. */
export async function makeProject(t: ExecutionContext, copied: readonly string[] = []): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), "evento-page-"));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const [bin, directory] = [join(folder, "bin"), join(folder, "project")];
  for (const made of [bin, join(directory, "functions"), join(directory, "schemas")])
    await mkdir(made, { recursive: true });
  const run = `exec "${process.execPath}" "${join(repository, "host/cli/evento.js")}" "$@"\n`;
  await writeFile(join(bin, "evento"), `#!/bin/sh\n${run}`, { mode: 0o755 });
  await writeFile(join(bin, "npx"), `#!/bin/sh\nshift\n${run}`, { mode: 0o755 });
  for (const shared of ["sdk-assemblyscript", "node_modules", "package.json", "ava.config.js"])
    await symlink(join(repository, shared), join(directory, shared));
  for (const path of copied) await cp(join(repository, path), join(directory, path), { recursive: true });
  return { directory, path: [bin, process.env["PATH"]].join(delimiter) };
}
