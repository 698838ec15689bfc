// Numbers of options, checked as they are parsed.
import { InvalidArgumentError } from "commander";

/** A whole number from 0 on. @throws InvalidArgumentError, which commander tells of with the option's name. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError("expected a whole number from 0 on");
}
