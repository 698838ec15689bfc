// What a page says that its commands print, against what they did print.

/** The lines of a `text` block, as what matches them. */
export function patternOf(text: string): RegExp {
  return new RegExp(
    text
      .trim()
      .split("…")
      .map((part) => RegExp.escape(part))
      .join("[^\\n]*"),
    "m",
  );
}

/** Whether a JSON text has at least what is expected, as `t.like` sees it. */
export function isLike(text: string, expected: unknown): boolean {
  try {
    return contains(JSON.parse(text), expected);
  } catch {
    return false;
  }
}

function contains(found: unknown, expected: unknown): boolean {
  if (typeof expected !== "object" || expected === null) return Object.is(found, expected);
  if (typeof found !== "object" || found === null) return false;
  const fields: { readonly [name: string]: unknown } = { ...found };
  return Object.entries(expected).every(([name, value]) => contains(fields[name], value));
}

/** The JSON at the end of what was printed: a line, or a document of several lines. */
export function lastJson(printed: string): string {
  const lines = printed.trim().split("\n");
  for (let from = lines.length - 1; from >= 0; from--) {
    const text = lines.slice(from).join("\n");
    if (text.startsWith("{")) return text;
  }
  return printed;
}
