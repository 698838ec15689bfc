import test from "ava";

import { BankHost } from "./bank-host.ts";
import { amountOf, hasBerka, readBerka } from "./berka.ts";

const withBerka = hasBerka() ? test : test.skip;

withBerka(
  "a real bank of fifty thousand commands is imported to the cent, and is the same after kill -9",
  async (t) => {
    t.timeout(300_000);
    const { commands, balances } = readBerka();
    const bank = await BankHost.start(t);
    const started = performance.now();
    const answers = await bank.import(commands);
    t.log(`${commands.length} commands in ${((performance.now() - started) / 1000).toFixed(1)} s`);
    t.is(answers.length, commands.length);
    for (const [index, answer] of answers.entries()) {
      const { command, status } = JSON.parse(answer);
      if (status !== "done" || command.id !== commands[index]?.id) t.fail(answer);
    }

    const check = async (): Promise<void> => {
      for (const [entity, cents] of balances)
        if ((await bank.balance(entity)) !== amountOf(cents)) t.fail(`${entity} is not at ${amountOf(cents)}`);
      const sequences = new Map<string, number>();
      let position = 0;
      const response = await fetch(`${bank.host.url}/events`, { headers: { accept: "application/x-ndjson" } });
      for (const line of (await response.text()).trim().split("\n")) {
        const event = JSON.parse(line);
        const sequence = (sequences.get(event.aggregate) ?? 0) + 1;
        if (event.position !== ++position || event.sequence !== sequence) t.fail(`a gap before ${line}`);
        sequences.set(event.aggregate, sequence);
      }
      t.true(position > commands.length);
    };
    await check();
    await bank.host.restart("SIGKILL");
    await check();

    const before = (await bank.get("/readyz")).status;
    t.is(before, "ok");
    const again = await bank.import(commands.slice(0, 2_000));
    t.deepEqual(again, answers.slice(0, 2_000));
  },
);

if (!hasBerka()) test("the Berka data are not beside the project, so the import was not tested", (t) => t.pass());
