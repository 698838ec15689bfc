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
  const plain = withoutPaths(message);
  const found = advice.find(([pattern]) => pattern.test(message));
  return found === undefined ? plain : `${plain.replace(/\.$/, "")} (${found[1]})`;
}

/** Types lose their paths, unless two of one name are meant. Files and modules keep theirs. */
function withoutPaths(message: string): string {
  const own = message.replaceAll("~lib/string/String", "string").replaceAll("generated/", "");
  if (/^(?:File|Module) '/.test(own)) return own;
  const plain = own.replaceAll(/[~\w./-]+\/(?=\w)/g, "");
  const names = new Set(namesIn(plain));
  return names.size === new Set(namesIn(own)).size ? plain : own;
}

function namesIn(message: string): readonly string[] {
  return [...message.matchAll(/'[^']*'/g)].map(([name]) => name);
}
