import test from "ava";

import { openMemoryJournal } from "../../host/journal/memory/memory-journal.ts";
import { MemoryDisk } from "../../host/journal/memory/memory-disk.ts";
import { journalContract } from "./journal-contract.ts";

journalContract((title, body) =>
  test(title, (t) =>
    body(t, async () => {
      const disk = new MemoryDisk();
      return { open: () => openMemoryJournal({ disk }) };
    }),
  ),
);
