// A real host as a process of its own, with as many descriptors as it is given, for attacks that could end it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { buildFunction } from "../../sdk-assemblyscript/build-function.ts";
import { until } from "../until.ts";

const launcher = fileURLToPath(new URL("../../host/cli/evento.js", import.meta.url));
const greeting = fileURLToPath(new URL("../../functions/greeting", import.meta.url));

export type HostProcess = {
  readonly url: string;
  readonly pid: number;
  /** What it wrote to standard error. */
  readonly log: () => string;
  /** False once it has ended. */
  readonly isAlive: () => boolean;
  /** Kills it and removes its data. */
  readonly stop: () => Promise<void>;
};

/** @param descriptorsMax - the limit of the process; the machine's when left out. */
export async function startHostProcess({ descriptorsMax }: { descriptorsMax?: number } = {}): Promise<HostProcess> {
  const directory = await mkdtemp(join(tmpdir(), "evento-host-"));
  const limit = descriptorsMax === undefined ? "" : `ulimit -n ${descriptorsMax}; `;
  const child = spawn("sh", ["-c", `${limit}exec "$0" "$@"`, process.execPath, launcher, "serve"], {
    env: { PATH: process.env["PATH"], EVENTO_LISTEN: "127.0.0.1:0", EVENTO_DATA: join(directory, "data") },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [output, log] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (log += chunk.toString()));
  const isAlive = (): boolean => child.exitCode === null && child.signalCode === null;
  const stop = async (): Promise<void> => {
    if (isAlive()) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    await rm(directory, { recursive: true });
  };
  await until(() => output.includes("http") || !isAlive());
  return { url: /http:\S+/.exec(output)?.[0] ?? "", pid: child.pid ?? 0, log: () => log, isAlive, stop };
}

export async function greetingComponent(): Promise<Buffer<ArrayBuffer>> {
  const built = await buildFunction(greeting);
  if (built.kind !== "component") throw new Error("expected a component");
  return Buffer.from(built.component);
}

export async function deploy(url: string, name: string, component: Buffer<ArrayBuffer>): Promise<number> {
  const headers = { "content-type": "application/wasm" };
  const signal = AbortSignal.timeout(60_000);
  const response = await fetch(`${url}/functions/${name}`, { method: "PUT", headers, body: component, signal });
  await response.text();
  return response.status;
}

/** Posts a command of the greeting. Answers the status. */
export async function greet(url: string, id: string): Promise<number> {
  const body = JSON.stringify({ id, entity: `greeting:${id}`, command_type: "Greet", payload: { name: "Ada" } });
  const headers = { "content-type": "application/json" };
  const signal = AbortSignal.timeout(20_000);
  const response = await fetch(`${url}/commands`, { method: "POST", headers, body, signal });
  await response.text();
  return response.status;
}
