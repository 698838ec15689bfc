// How well function processes are shut in on this machine, and how they are started for that. Node's permission model is always
// there; the rest is taken where the machine has it.
import { accessSync, constants } from "node:fs";
import { delimiter, dirname, join } from "node:path";

/**
 * - 0: permission model, no code from text, no environment, globals removed;
 * - 1: also sealed: no file, socket or process can be opened after the start, memory is limited by the kernel;
 * - 2: also as a user without rights, by a host that runs as root.
 */
export type IsolationLevel = 0 | 1 | 2;

/** What a level means, for the operator. */
export const isolationText: { readonly [level in IsolationLevel]: string } = {
  0: "Node's permission model alone: install util-linux (prlimit, setpriv) for more",
  1: "sealed: no file, socket or process can be opened, memory is limited",
  2: "sealed, and as a user without rights",
};

/** What the nursery needs to start a process and to seal it. */
export type ProcessStart = {
  readonly command: string;
  readonly args: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
  readonly sealing: {
    readonly command: string;
    readonly args: readonly string[];
    /** Memory that the process may have above what it has when it is sealed. */
    readonly dataBytesMore: number;
    readonly uid?: number;
    readonly gid?: number;
  } | null;
};

/** User and group "nobody", who own nothing. */
const nobody = { uid: 65_534, gid: 65_534 };
const runnerFile = join(import.meta.dirname, "runner", "runner.cjs");

const nodeFlags = [
  "--permission",
  `--allow-fs-read=${join(import.meta.dirname, "*")}`,
  "--no-warnings",
  "--disallow-code-generation-from-strings",
  "--disable-proto=delete",
  "--no-addons",
  // The runner collects what a function that filled its memory left, before the kernel's limit is reached.
  "--expose-gc",
  // Small young generation and heap: what is large in a function lies in its linear memory.
  "--max-semi-space-size=1",
  "--max-old-space-size=64",
  // Three threads less; the work of compiling is done by the one that is waiting for it anyway.
  "--v8-pool-size=0",
];

/** Memory of a process besides the linear memory: its heap, code, frames of up to 16 MiB in several copies. */
const dataBytesExtra = 192 << 20;

/** The levels worth trying on this machine, best first. */
export function isolationLevels(): readonly IsolationLevel[] {
  const levels: IsolationLevel[] = [0];
  if (process.platform === "linux" && programPath("prlimit") !== undefined) {
    levels.unshift(1);
    if (process.getuid?.() === 0) levels.unshift(2);
  }
  return levels;
}

/** How to start a process at a level. */
export function processStart(level: IsolationLevel, { memoryBytesMax }: { memoryBytesMax: number }): ProcessStart {
  const node = [process.execPath, ...nodeFlags, `--wasm-max-mem-pages=${memoryBytesMax >> 16}`, runnerFile];
  const user = level === 2 ? nobody : {};
  const prlimit = level === 0 ? undefined : programPath("prlimit");
  const sealing =
    prlimit === undefined
      ? null
      : {
          command: prlimit,
          // Limits of a process can be set by its own user, and by a root that may do everything: not every root may.
          args: ["--nofile=0:0", "--core=0:0"],
          dataBytesMore: memoryBytesMax + dataBytesExtra,
          ...user,
        };
  const [command = "", ...args] = [...guard(level), ...node];
  return { command, args, sealing, ...(level === 2 && programPath("setpriv") === undefined ? nobody : {}) };
}

/** The kernel kills the process when the nursery dies, and gives it no rights that its parent did not have. */
function guard(level: IsolationLevel): readonly string[] {
  const setpriv = level === 0 ? undefined : programPath("setpriv");
  if (setpriv === undefined) return [];
  const user =
    level === 2 ? [`--reuid=${nobody.uid}`, `--regid=${nobody.gid}`, "--clear-groups", "--bounding-set=-all"] : [];
  return [setpriv, ...user, "--no-new-privs", "--pdeathsig=KILL", "--"];
}

function programPath(name: string): string | undefined {
  const folders = (process.env["PATH"] ?? "/usr/bin:/bin").split(delimiter);
  return folders
    .filter((folder) => folder.startsWith("/"))
    .map((folder) => join(folder, name))
    .find((path) => isExecutable(path));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return dirname(path) !== path;
  } catch {
    return false;
  }
}
