// Every setting of the host, from the table that it reads them by.
import { settings } from "../../../host/config.ts";
import { codeOf, tableOf } from "./markdown.ts";

const kinds = { text: "text", flag: "`true` or `false`", count: "a whole number above 0" } as const;

export function configurationSection(): string {
  const rows = Object.entries(settings).map(([name, { about, fallback, kind }]) => [
    codeOf(`EVENTO_${name.toUpperCase()}`),
    codeOf(`--${name.replaceAll("_", "-")}`),
    codeOf(name),
    about,
    kinds[kind],
    fallback === "" ? "none" : codeOf(fallback),
  ]);
  return tableOf(["variable", "flag", "in the file", "what it is", "value", "default"], rows);
}
