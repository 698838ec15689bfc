// Paged lists: a table on a terminal, a line of JSON a row elsewhere, page after page until the end or a limit.
import type { HostClient, Query } from "../client/host-client.ts";
import { fieldOf, listField, textField } from "../client/json-fields.ts";
import { printTable, type Column } from "./table.ts";
import type { Terminal } from "./terminal.ts";

/** Rows of one page: the host's own bound. */
const pageRows = 1_000;
/** Rows on a terminal when no limit is given: nobody reads more. */
const rowsOnTerminalDefault = 200;

export type ListOptions = { readonly json?: boolean; readonly limit?: number; readonly after?: string };

export type Pages = {
  readonly client: HostClient;
  readonly path: readonly string[];
  readonly query?: Query;
  /** The member of an answer that holds its rows. */
  readonly member: string;
  /** Path in a row of its key, which `--after` takes. */
  readonly key: string;
};

export async function printList(
  pages: Pages,
  options: ListOptions,
  terminal: Terminal,
  columns: readonly Column<unknown>[],
): Promise<void> {
  if (!terminal.isForPerson(options)) {
    const limit = options.limit ?? Number.POSITIVE_INFINITY;
    for await (const row of rowsOf(pages, { limit, after: options.after })) terminal.json(row);
    return;
  }
  const limit = options.limit ?? rowsOnTerminalDefault;
  const rows: unknown[] = [];
  for await (const row of rowsOf(pages, { limit: limit + 1, after: options.after })) rows.push(row);
  const shown = rows.slice(0, limit);
  printTable(shown, columns, terminal);
  if (shown.length === 0) terminal.note("none");
  if (rows.length > limit) terminal.note(`there are more: go on with --after ${keyOf(shown.at(-1), pages.key)}`);
}

/** Rows page after page, up to a limit. */
export async function* rowsOf(pages: Pages, given: { limit: number; after: string | undefined }): AsyncGenerator {
  let { limit, after } = given;
  while (limit > 0) {
    const size = Math.min(pageRows, limit);
    const answer = await pages.client.get(pages.path, { ...pages.query, after, limit: size });
    const rows = listField(answer, pages.member);
    yield* rows;
    limit -= rows.length;
    const next = textField(answer, "next");
    if (next === "" || next === after) return;
    after = next;
  }
}

function keyOf(row: unknown, path: string): string {
  const names = path.split(".");
  const last = names.pop() ?? "";
  return textField(
    names.reduce<unknown>((value, name) => fieldOf(value, name), row),
    last,
  );
}
