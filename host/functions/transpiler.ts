// Runs the deploy gate's throw-away process on a component, with a deadline and a memory limit.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { artifactBytesMax } from "../limits.ts";
import { EventoError } from "../errors.ts";
import type { FunctionKind } from "../ports/functions.ts";
import { artifactVersion } from "./artifact.ts";

/** The package has it as JavaScript, as it has this file. */
const childFile = join(import.meta.dirname, `gate-child${extname(import.meta.filename)}`);
const deadlineMs = 20_000;
const lastWordsBytesMax = 4_000;

/** The process reads itself, the toolchain and the contract, and needs a thread that the toolchain starts on import. */
const flags = [
  "--permission",
  `--allow-fs-read=${join(import.meta.dirname, "..", "..", "*")}`,
  `--allow-fs-read=${join(packagesFolder(), "*")}`,
  "--allow-worker",
  "--allow-addons",
  "--no-warnings",
  "--max-old-space-size=512",
  // Memory of the toolchain itself, which is WebAssembly too.
  `--wasm-max-mem-pages=${(1 << 30) >> 16}`,
];

export type Transpiled = { readonly kinds: readonly FunctionKind[]; readonly artifact: Uint8Array };

/** Names the toolchain that makes artifacts: an artifact of another one is made again. */
export function toolchainName(): string {
  const { version } = JSON.parse(readFileSync(join(toolchainFolder(), "package.json"), "utf8"));
  return `jco-${version}-${artifactVersion}`;
}

/**
 * Checks a component's world and makes its artifact.
 *
 * @param given.signal - kills the process; its reason is thrown then.
 * @throws EventoError FUNCTION_REFUSED
 */
export async function transpile(component: Uint8Array, { signal }: { signal: AbortSignal }): Promise<Transpiled> {
  const child = spawn(process.execPath, [...flags, childFile], {
    env: {},
    stdio: ["pipe", "pipe", "pipe"],
    signal,
    killSignal: "SIGKILL",
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), deadlineMs);
  const output: Buffer[] = [];
  let length = 0;
  let lastWords = "";
  child.stdout.on("data", (chunk: Buffer) => {
    length += chunk.length;
    if (length > artifactBytesMax) child.kill("SIGKILL");
    else output.push(chunk);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    lastWords = (lastWords + text).slice(0, lastWordsBytesMax);
  });
  child.stdin.on("error", () => {}); // its exit says more
  child.stdin.end(component);
  const exited = Promise.withResolvers<string>();
  child.on("error", (error) => exited.resolve(error.message));
  child.on("close", (code, signal) => exited.resolve(signal ?? `exit code ${code}`));
  const end = await exited.promise;
  clearTimeout(timer);
  signal.throwIfAborted();
  if (length > artifactBytesMax)
    throw new EventoError("FUNCTION_REFUSED", `found more than ${artifactBytesMax} bytes of glue and modules`);
  const answer = readAnswer(Buffer.concat(output));
  if (answer === undefined)
    throw new EventoError(
      "FUNCTION_REFUSED",
      `found a component that its check did not survive (${end}), expected an answer within ${deadlineMs} ms`,
      { cause: lastWords },
    );
  return answer;
}

function readAnswer(output: Buffer): Transpiled | undefined {
  if (output.length < 4) return undefined;
  const end = 4 + output.readUInt32LE(0);
  if (end > output.length) return undefined;
  const { kinds, refused, hint } = JSON.parse(output.toString("utf8", 4, end));
  if (refused !== undefined) throw new EventoError("FUNCTION_REFUSED", refused, hint === undefined ? {} : { hint });
  return { kinds, artifact: output.subarray(end) };
}

/** Where packages are: not always below this project. */
function packagesFolder(): string {
  return dirname(dirname(toolchainFolder()));
}

function toolchainFolder(): string {
  return dirname(dirname(fileURLToPath(import.meta.resolve("@bytecodealliance/jco-transpile"))));
}
