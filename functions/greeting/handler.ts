// Decides what a command leads to. One function a command, named after it.
import { Events } from "evento";

import { Greet, Greeted, Greeting } from "./generated/greeting";

export function greet(command: Greet, greeting: Greeting | null): Events {
  const times = greeting === null ? 1 : greeting.times + 1;
  const text = times == 1 ? `Hello, ${command.name}!` : `Hello again, ${command.name}!`;
  return Events.of(new Greeted(text, times));
}
