// Aligned columns for a terminal.
import { stripVTControlCharacters } from "node:util";

import type { Terminal } from "./terminal.ts";
import { visibleText } from "./visible-text.ts";

export type Column<Row> = {
  readonly heading: string;
  readonly text: (row: Row) => string;
  /** Default left. */
  readonly align?: "left" | "right";
};

const gap = "  ";

/** Prints rows below their headings; the last column is cut to the width of the terminal. */
export function printTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[], terminal: Terminal): void {
  const cells = rows.map((row) => columns.map((column) => visibleText(column.text(row))));
  const widths = columns.map(({ heading }, index) =>
    cells.reduce((widest, row) => Math.max(widest, (row[index] ?? "").length), heading.length),
  );
  const lineOf = (texts: readonly string[]): string =>
    cutTo(
      texts.map((text, index) => padded(text, widths[index] ?? 0, columns[index]?.align ?? "left")).join(gap),
      terminal.width,
    );
  terminal.result(terminal.styled(lineOf(columns.map(({ heading }) => heading)), "faint"));
  for (const row of cells) terminal.result(lineOf(row));
}

function padded(text: string, width: number, align: "left" | "right"): string {
  return align === "left" ? text.padEnd(width) : text.padStart(width);
}

/** Cuts a text without colours to a width. */
function cutTo(text: string, width: number): string {
  const plain = stripVTControlCharacters(text).trimEnd();
  return plain.length <= width ? plain : `${plain.slice(0, Math.max(0, width - 1))}…`;
}
