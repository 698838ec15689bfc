// The bank that is tortured: accounts between which money moves, and cash machines outside. Made once, then copied.
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { buildFunction } from "../../sdk-assemblyscript/build-function.ts";
import { HostRun } from "./host-run.ts";

const functionsFolder = fileURLToPath(new URL("../../functions/banking", import.meta.url));
const components = ["checking-account", "savings-account", "atm-totals", "transfers"];

export const accounts: readonly string[] = [
  ...Array.from({ length: 8 }, (_, index) => `checking:${index}`),
  ...Array.from({ length: 4 }, (_, index) => `savings:${index}`),
];
export const machines: readonly string[] = ["atm:1", "atm:2"];
export const accountTypes: readonly string[] = ["CheckingAccount", "SavingsAccount"];

/** What a machine gave out is booked a moment later, so that timers are under way whenever something happens to the host. */
const bookingDelay = "200ms";
const rules = {
  rules: [
    {
      on: "Atm.CashDispensed",
      dispatch: [
        {
          entity: "event.payload.account",
          command_type: "WithdrawCash",
          payload: { amount: "event.payload.amount", destination: "event.entity" },
          not_before: `timestamp(event.time) + duration('${bookingDelay}')`,
        },
      ],
    },
  ],
};

/** Makes a data directory with the functions deployed and the accounts opened. */
export async function makeBank(data: string): Promise<void> {
  const run = new HostRun({ data });
  const url = await run.url();
  if (url === undefined) throw new Error(`the host ended at its start: ${run.log}`);
  for (const name of components) {
    const built = await buildFunction(join(functionsFolder, name));
    if (built.kind !== "component") throw new Error(`${name} is a component`);
    await send(`${url}/functions/${name}`, "PUT", "application/wasm", Buffer.from(built.component));
  }
  await send(`${url}/functions/atm`, "PUT", "application/json", JSON.stringify(rules));
  const opening = accounts.flatMap((entity) => [
    { id: `open-${entity}`, entity, command_type: "OpenAccount", payload: openingOf(entity) },
    { id: `pay-${entity}`, entity, command_type: "ReceiveDeposit", payload: { amount: "1000.00" } },
  ]);
  await send(`${url}/commands`, "POST", "application/x-ndjson", opening.map((line) => JSON.stringify(line)).join("\n"));
  await run.end("SIGTERM");
}

export async function copyBank(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true });
}

function openingOf(entity: string): object {
  const opening = { client: "client:1", opened: "2026-01-01" };
  return entity.startsWith("checking") ? { ...opening, overdraft_limit: "0.00" } : opening;
}

async function send(url: string, method: string, type: string, body: string | Uint8Array<ArrayBuffer>): Promise<void> {
  const signal = AbortSignal.timeout(60_000);
  const response = await fetch(url, { method, body, headers: { "content-type": type }, signal });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${text}`);
}
