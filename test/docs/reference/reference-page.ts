// The pages of docs/reference: prose that is written, and between marks what is made of the sources.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { cliSection } from "./cli-section.ts";
import { configurationSection } from "./configuration-section.ts";
import { envelopesSection, limitsSection, witSection } from "./functions-section.ts";
import { restSection } from "./rest-section.ts";

const sections: { readonly [name: string]: () => string | Promise<string> } = {
  rest: restSection,
  cli: cliSection,
  configuration: configurationSection,
  wit: witSection,
  envelopes: envelopesSection,
  limits: limitsSection,
};

export const referencePages = ["cli.md", "configuration.md", "functions.md", "rest.md"] as const;

const formatter = fileURLToPath(new URL("../../../node_modules/.bin/oxfmt", import.meta.url));

export function referenceUrl(page: string): URL {
  return new URL(`../../../docs/reference/${page}`, import.meta.url);
}

/** A page's text with everything between its marks made anew. */
export async function renewed(page: string): Promise<string> {
  let text = await readFile(referenceUrl(page), "utf8");
  for (const [whole, name = ""] of text.matchAll(/^<!-- made: (\w+)[^\n]*\n.*?^<!-- end -->$/gms)) {
    const section = sections[name];
    if (section === undefined) throw new Error(`docs/reference/${page} has a mark ${name}, which nothing makes`);
    const begin = whole.slice(0, whole.indexOf("\n"));
    const made = await section();
    text = text.replace(whole, () => `${begin}\n\n${made}\n\n<!-- end -->`);
  }
  return formatted(text);
}

function formatted(markdown: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = execFile(formatter, ["--stdin-filepath=page.md"], { maxBuffer: 16 << 20 }, (error, stdout) =>
    error === null ? resolve(stdout) : reject(error),
  );
  child.stdin?.end(markdown);
  return promise;
}
