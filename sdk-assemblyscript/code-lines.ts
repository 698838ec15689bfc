// Generated code as lines, so that what is nested can be indented.

/** The same lines two spaces further in. */
export function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => (line === "" ? line : `  ${line}`));
}
