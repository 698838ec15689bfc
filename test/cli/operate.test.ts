// Looking after a data directory, from the command line, on what real hosts and functions have written.
import { readdir, stat, truncate } from "node:fs/promises";
import { join } from "node:path";

import test, { type ExecutionContext } from "ava";

import { BankHost } from "../banking/bank-host.ts";
import { HostHarness } from "../host-harness.ts";
import { flipBit, rowFilesIn } from "../journal/damage.ts";
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

test.serial(
  "a host whose log was cut is refused, and goes on with what is left once the loss is accepted",
  async (t) => {
    const data = await bankDirectory(t);
    const newest = (await rowFilesIn(join(data, "log"))).at(-1) ?? "";
    await truncate(newest, (await stat(newest)).size - 1);
    const refused = await runEvento(["serve", "--listen", "127.0.0.1:0", "--data", data]);
    t.is(refused.code, 1);
    t.regex(refused.stderr, /LOG_TRUNCATED[^]*hint: .*evento recover/);
    const shown = await runEvento(["recover", "--data", data]);
    t.is(shown.code, 1);
    t.like(JSON.parse(shown.stdout), { kind: "loss", loss: { code: "LOG_TRUNCATED" } });
    t.regex(shown.stderr, /--accept-loss/);
    const accepted = await runEvento(["recover", "--accept-loss", "--data", data]);
    t.is(accepted.code, 0, accepted.stderr);
    const { kind, previous_log, log, loss } = JSON.parse(accepted.stdout);
    t.is(kind, "recovered");
    t.not(previous_log, log);
    const host = await HostHarness.start(t, { directory: join(data, "..") });
    const { events } = JSON.parse(await (await fetch(`${host.url}/events?after=${loss.kept.position}`)).text());
    t.like(events[0], {
      event_type: "LogRecovered",
      payload: { previous_log, code: "LOG_TRUNCATED", lost_from_position: loss.kept.position + 1 },
    });
    await host.kill("SIGTERM");
    const verified = await runEvento(["verify", "--re-execute", "--data", data]);
    t.is(verified.code, 0, verified.stdout + verified.stderr);
  },
);

test.serial("a second host on a directory is refused with a hint, and the first goes on", async (t) => {
  const first = await HostHarness.start(t);
  const second = await runEvento(["serve", "--listen", "127.0.0.1:0", "--data", join(first.directory, "data")]);
  t.is(second.code, 1);
  t.is(second.stdout, "");
  t.regex(second.stderr, /found another host on .*\(JOURNAL_LOCKED\)\nhint: stop the other host/);
  t.is((await fetch(`${first.url}/readyz`)).status, 200);
  await first.restart("SIGTERM");
  t.is((await fetch(`${first.url}/readyz`)).status, 200);
});

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
