// LevelDB writes as it opens: it makes a table of what was written last. Without room for that nothing is damaged.
import test from "ava";

import { startChild } from "./child-process.ts";
import { makeDataDirectory, openIn } from "./level-directory.ts";
import { doneCommand } from "./sample-entries.ts";

test("a start for which there is no room is told so, not that the data are unreadable, and a later one finds them whole", async (t) => {
  const directory = await makeDataDirectory(t);
  const journal = await openIn(t, directory);
  for (let after = 0; after < 50; after++)
    await journal.append(doneCommand(`c${after}`, { aggregate: "savings:1", after })).durable;
  await journal.close();
  const child = startChild(t, "appending-child.ts", [directory, "a", "1"], "ulimit -f 2");
  await child.ended;
  t.deepEqual(child.lines, []);
  t.regex(child.errors, /code: 'JOURNAL_WRITE_FAILED'/);
  t.regex(child.errors, /free disk space/);
  const again = await openIn(t, directory);
  t.is(await again.sequence("savings:1"), 50);
});
