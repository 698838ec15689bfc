// Decides what a command leads to. One function a command, named after it.
import { Events } from "evento";

import { Greet, Greeted, Greeting } from "./generated/greeting";

/** @param state - what the events so far have made; null before the first. */
export function greet(command: Greet, state: Greeting | null): Events {
  const times = state === null ? 1 : state.times + 1;
  const hello = times == 1 ? "Hello" : "Hello again";
  return Events.of(new Greeted(`${hello}, ${command.name}!`, times));
}
