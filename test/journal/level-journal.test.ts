import test from "ava";

import { journalContract } from "./journal-contract.ts";
import { makeDataDirectory, openIn } from "./level-directory.ts";

journalContract((title, body) =>
  test(title, (t) =>
    body(t, async () => {
      const directory = await makeDataDirectory(t);
      return { open: () => openIn(t, directory) };
    }),
  ),
);
