// The compiler's messages, in words for authors of functions.

const nullable = "it may be null: ask `if (… === null)` first";

const advice: readonly (readonly [message: RegExp, advice: string])[] = [
  [/^Object is possibly null/, nullable],
  [/^Type '(.+) \| null' is not assignable to type '\1'/, nullable],
  [
    /^Not implemented: Exceptions/,
    'what throws fails the whole call; a business "no" is an event, so nothing is to be caught',
  ],
  [
    /^Not implemented: Closures/,
    "an inner function does not see the variables around it: give it what it needs as parameters",
  ],
  [
    /^File '~lib\/.*' not found/,
    'functions use no packages but "evento"; their own files are imported by paths such as "./prices"',
  ],
  [
    /^Cannot find name '(?:setTimeout|setInterval|setImmediate)'/,
    "functions do not wait: a dispatcher can hold a command back with `notBefore`",
  ],
  [
    /^Cannot find name '(?:fetch|require|Buffer|globalThis|window)'/,
    "functions reach nothing outside: all that they need comes with the command, the state or the event",
  ],
  [
    /^Cannot find name '(?:any|unknown|undefined|Promise|JSON|BigInt)'/,
    "AssemblyScript is not all of TypeScript: see sdk-assemblyscript/README.md",
  ],
];

/** A message without the compiler's inner paths, and with advice where there is some. */
export function explained(message: string): string {
  const plain = message
    .replaceAll("~lib/string/String", "string")
    .replaceAll(/(?<=[' <,])[~\w./-]+\/(?=\w+)/g, withoutPath);
  const found = advice.find(([pattern]) => pattern.test(message));
  return found === undefined ? plain : `${plain.replace(/\.$/, "")} (${found[1]})`;
}

/** Files and modules keep their paths; types lose theirs. */
function withoutPath(path: string, offset: number, message: string): string {
  return /^(?:File|Module) '/.test(message) && offset < message.indexOf("'", 6) ? path : "";
}
