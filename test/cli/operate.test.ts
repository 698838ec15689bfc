// Looking after a data directory, from the command line, on what real hosts and functions have written.
import { readdir } from "node:fs/promises";
import { join } from "node:path";

import test, { type ExecutionContext } from "ava";

import { BankHost } from "../banking/bank-host.ts";
import { flipBit } from "../journal/damage.ts";
import { runEvento } from "./evento-run.ts";

test.serial(
  "a bank's commands run again end as they did, and components that are not what they were are told",
  async (t) => {
    const data = await bankDirectory(t);
    const sound = await runEvento(["verify", "--re-execute", "--data", data]);
    t.is(sound.code, 0, sound.stdout + sound.stderr);
    const report = JSON.parse(sound.stdout);
    t.like(report, { sound: true, fault_count: 0 });
    t.true(report.commands > 20 && report.states === 5, sound.stdout);
    const components = join(data, "components");
    const digests = await readdir(components);
    for (const digest of digests) await flipBit(join(components, digest, "component.wasm"), 8_000);
    const damaged = await runEvento(["verify", "--re-execute", "--data", data]);
    t.is(damaged.code, 1);
    const { faults, fault_count } = JSON.parse(damaged.stdout);
    t.is(fault_count, digests.length);
    for (const digest of digests)
      t.true(
        faults.some(
          ({ code, message }: { code: string; message: string }) =>
            code === "COMPONENT_DAMAGED" && message.includes(digest),
        ),
      );
  },
);

/** The data directory of a bank that was used and stopped. */
async function bankDirectory(t: ExecutionContext): Promise<string> {
  const bank = await BankHost.start(t);
  const accounts = Array.from({ length: 4 }, (_, index) => `checking:${index}`);
  const command = (entity: string, command_type: string, payload: object) => ({ entity, command_type, payload });
  await bank.import([
    command("client:1", "RegisterClient", { born: "1970-12-13", district: 18 }),
    ...accounts.map((entity) =>
      command(entity, "OpenAccount", { client: "client:1", overdraft_limit: "0.00", opened: "1993-01-01" }),
    ),
    ...accounts.map((entity) => command(entity, "ReceiveDeposit", { amount: "100.00" })),
  ]);
  await bank.import(
    accounts.flatMap((entity, index) =>
      accounts.map((to) => command(entity, "TransferFunds", { amount: `${index + 1}.00`, to })),
    ),
  );
  await bank.quiet();
  await bank.host.kill("SIGTERM");
  return join(bank.host.directory, "data");
}
