// The pages of docs/reference say what the sources say.
import { readFile } from "node:fs/promises";

import test from "ava";

import { referencePages, referenceUrl, renewed } from "./reference-page.ts";

for (const page of referencePages)
  test(`docs/reference/${page} is what \`npm run docs\` makes of the sources`, async (t) => {
    t.is(await readFile(referenceUrl(page), "utf8"), await renewed(page), "`npm run docs` makes it anew");
  });
