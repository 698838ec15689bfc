// Functions are pure: what they may not use, and what to use instead.

const impure = [
  [
    /\bMath\.random\b|\bcrypto\b/,
    "functions are pure and have no randomness: let the command carry what is to be random",
  ],
  [/\bDate\.now\b/, "functions are pure and have no clock: use the `time` of the command or event"],
  [/\bconsole\b/, 'use `log` from "evento"'],
  [/\bprocess\b/, "functions are pure and know nothing of the machine that they run on"],
] as const;

/** The compiler's words, with what to do where they are about something impure. */
export function explained(message: string): string {
  const hint = impure.find(([pattern]) => pattern.test(message))?.[1];
  return hint === undefined ? message : `${message} (${hint})`;
}
