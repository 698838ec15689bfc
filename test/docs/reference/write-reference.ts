// `npm run docs`: makes the parts of docs/reference anew that come from the sources.
import { writeFile } from "node:fs/promises";

import { referencePages, referenceUrl, renewed } from "./reference-page.ts";

for (const page of referencePages) await writeFile(referenceUrl(page), await renewed(page));
