// Decides what a command leads to. One function a command, named after it.
import { Events } from "evento";

import { Greet, Greeted, Greeting } from "./generated/greeting";

/** @param state - what the events so far have made; null before the first. */
export function greet(command: Greet, state: Greeting | null): Events {
  const times = state === null ? 1 : state.times + 1;
  const text = times == 1 ? `Hello, ${command.name}!` : `Hello again, ${command.name}!`;
  return Events.of(new Greeted(text, times));
}
