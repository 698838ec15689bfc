// An observer: told what the engine does while it does it. Nothing waits for it, nothing depends on it, and it must not throw.
import type { Command, StoredEvent } from "../domain/envelope.ts";
import type { FunctionRef, Usage } from "./functions.ts";

/** One call of a function for one command. */
export type ObservedCall = {
  readonly command: Command;
  readonly fn: FunctionRef;
  readonly part: "handler" | "aggregator" | "handler and aggregator";
  readonly usage: Usage;
  /** Why it failed; undefined when it did not. */
  readonly reason?: string | undefined;
};

/** One try of a command. */
export type ObservedTry = {
  readonly command: Command;
  /** From 1. */
  readonly attempt: number;
  /** Why it failed; undefined when it was decided. */
  readonly reason?: string | undefined;
};

/** Something failed, and will be tried again or has been parked. */
export type Failure = {
  readonly event: "command.failed" | "command.parked" | "dispatch.failed" | "dispatch.parked";
  /** The command, or the event that was to be dispatched. */
  readonly about: Command | StoredEvent;
  readonly dispatcher?: string;
  /** Failed tries so far. */
  readonly attempts: number;
  readonly reason: string;
};

export interface ObservedTurn {
  called(call: ObservedCall): void;
  /** All that the functions were asked is answered; what was decided is on its way to the disk. */
  decided(tries: readonly ObservedTry[]): void;
  /** What was decided is on disk. */
  durable(): void;
}

export interface Observer {
  /** Commands of one aggregate go to its functions. */
  turn(handler: FunctionRef): ObservedTurn;
  /** A command was given up; on disk. */
  parked(command: Command, given: { readonly attempts: number; readonly reason: string }): void;
  /** An event from outside was taken in; on disk. */
  appended(event: StoredEvent): void;
  /** A dispatcher gets an event. @returns to be called with the commands that it made, or with why it made none */
  dispatch(dispatcher: FunctionRef, event: StoredEvent): (made: readonly Command[] | string) => void;
}
