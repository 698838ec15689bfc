// The example bank on a host of the benchmark: its functions deployed, accounts opened, money moved by lines.
import { fileURLToPath } from "node:url";

import { buildFunction } from "../../sdk-assemblyscript/build-function.ts";

/** Lines of one request: a bound on what this side and the host hold of it. */
const linesPerRequest = 10_000;

/** Over which the load is spread, where a scenario does not say otherwise. */
export const accounts = 1_000;
export const accountOf = (index: number): string => `checking:${index % accounts}`;

export function bankComponent(name: string): Promise<Buffer> {
  return componentOf(fileURLToPath(new URL(`../../functions/banking/${name}`, import.meta.url)));
}

/** Builds the function in a folder. */
export async function componentOf(folder: string): Promise<Buffer> {
  const built = await buildFunction(folder);
  if (built.kind !== "component") throw new Error(`found rules in ${folder}, expected a component`);
  return Buffer.from(built.component);
}

/**
 * The same function in other bytes: to a host it is another version.
 *
 * @see WebAssembly specification, "Custom Section": id 0, its length, its name, anything.
 */
export function otherVersion(component: Buffer, number: number): Buffer {
  const name = Buffer.from(`version-${number}`);
  return Buffer.concat([component, Buffer.of(0, name.length + 1, name.length), name]);
}

export async function deploy(url: string, name: string, component: Buffer): Promise<void> {
  const headers = { "content-type": "application/wasm" };
  const answer = await fetch(`${url}/functions/${name}`, { method: "PUT", headers, body: new Uint8Array(component) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`found ${answer.status} for ${name}: ${text.slice(0, 300)}`);
}

export function openingOf(account: string): string {
  return JSON.stringify({
    entity: account,
    command_type: "OpenAccount",
    payload: { client: "client:1", overdraft_limit: 0, opened: "2026-01-01" },
  });
}

export function depositTo(account: string): string {
  return JSON.stringify({
    entity: account,
    command_type: "ReceiveDeposit",
    payload: { amount: "1.00", source: "bench" },
  });
}

/** Posts commands as lines, in requests of bounded size, and waits until all are done. @returns their rate a second. */
export async function postLines(url: string, count: number, line: (index: number) => string): Promise<number> {
  const begun = performance.now();
  for (let start = 0; start < count; start += linesPerRequest) {
    const lines = Array.from({ length: Math.min(linesPerRequest, count - start) }, (_, index) => line(start + index));
    const headers = { "content-type": "application/x-ndjson" };
    const answer = await fetch(`${url}/commands`, { method: "POST", headers, body: `${lines.join("\n")}\n` });
    const text = await answer.text();
    const done = text.split('"status":"done"').length - 1;
    if (done !== lines.length)
      throw new Error(`found ${done} of ${lines.length} lines done: ${text.slice(0, 300)} … ${text.slice(-300)}`);
  }
  return count / ((performance.now() - begun) / 1_000);
}
