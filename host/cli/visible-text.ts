// Text from elsewhere, made fit for a terminal: what a payload says must not move the cursor of whoever looks at it.

// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const controlCharacters = /[\u0000-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g;

/** The text with control characters spelled out, on one line. */
export function visibleText(text: string): string {
  return text.replace(controlCharacters, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** A value as JSON on one line, cut to a length. */
export function shortJson(value: unknown, lengthMax: number): string {
  const text = visibleText(JSON.stringify(value) ?? "");
  return text.length <= lengthMax ? text : `${text.slice(0, Math.max(0, lengthMax - 1))}…`;
}
