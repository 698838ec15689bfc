// Links within the documentation lead somewhere.
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import test from "ava";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const pages = globSync(["README.md", "docs/*.md", "docs/*/*.md", "host/README.md"], { cwd: repository });

test("every link from one page to another leads to a file that is there, and to a heading that it has", (t) => {
  t.true(pages.length > 10);
  for (const page of pages)
    for (const [link, path = "", heading] of textOf(page).matchAll(/\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]*))?\)/g)) {
      const target = path === "" ? page : join(dirname(page), path);
      t.true(existsSync(join(repository, target)), `${page}: ${link}`);
      if (heading !== undefined) t.true(headingsOf(target).includes(heading), `${page}: ${link}`);
    }
});

function textOf(page: string): string {
  return readFileSync(join(repository, page), "utf8");
}

/** The anchors of a page, as GitHub makes them of its headings. */
function headingsOf(page: string): readonly string[] {
  return [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, "")
      .replaceAll(" ", "-"),
  );
}
