/** Text as a literal in ASCII: all else is escaped, since what ends a line differs between languages. */
export function textLiteral(text: string): string {
  return JSON.stringify(text).replaceAll(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
