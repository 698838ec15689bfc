// One test of the contract: it is given a journal, and a way to open it again.
import type { ExecutionContext } from "ava";

import type { Journal } from "../../host/ports/journal.ts";

/** @param reopen - closes the journal that is open, and opens it again over what it left. */
export type JournalTest = (
  title: string,
  body: (t: ExecutionContext, journal: Journal, reopen: () => Promise<Journal>) => Promise<void>,
) => void;

/** The journal as it is, and then opened again. */
export async function* nowAndAgain(journal: Journal, reopen: () => Promise<Journal>): AsyncGenerator<Journal> {
  yield journal;
  yield await reopen();
}
