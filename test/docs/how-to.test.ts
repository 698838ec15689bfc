// The how-tos, followed to the letter in projects of their own.
import test from "ava";

import { followPage } from "./document-run.ts";
import { makeProject } from "./page-project.ts";

for (const [title, page] of [
  ["a schema grows as the how-to says, and what can't read stored events is refused in these words", "change-a-schema"],
  ["what a bug has parked is found, read and brought back as the how-to says", "parked-commands"],
  ["a process over two aggregates goes on, fails and expires as the how-to says", "process-manager"],
] as const)
  test.serial(title, async (t) => {
    t.timeout(180_000);
    await followPage(t, `how-to/${page}.md`, { project: await makeProject(t) });
  });
