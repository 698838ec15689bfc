// What every journal has to do, whatever lies under it.
import type { ExecutionContext } from "ava";

import type { Journal } from "../../host/ports/journal.ts";
import { contractOfAppends } from "./contract-of-appends.ts";
import { contractOfCommands } from "./contract-of-commands.ts";
import { contractOfDispatching } from "./contract-of-dispatching.ts";
import { contractOfEvents } from "./contract-of-events.ts";
import { contractOfInvariants } from "./contract-of-invariants.ts";
import type { JournalTest } from "./journal-test.ts";

export type Bench = {
  /** Opens the journal, over what the ones before left when they were closed. */
  open(): Promise<Journal>;
};

export type ContractTest = (
  title: string,
  body: (t: ExecutionContext, makeBench: () => Promise<Bench>) => Promise<void>,
) => void;

/** @param test - declares a test, and gives it a place of its own, cleared away afterwards. */
export function journalContract(test: ContractTest): void {
  const journalTest: JournalTest = (title, body) =>
    test(title, async (t, makeBench) => {
      const bench = await makeBench();
      let journal = await bench.open();
      await body(t, journal, async () => {
        await journal.close();
        journal = await bench.open();
        return journal;
      });
    });
  contractOfAppends(journalTest);
  contractOfInvariants(journalTest);
  contractOfCommands(journalTest);
  contractOfEvents(journalTest);
  contractOfDispatching(journalTest);
}
