// Decides what a command leads to. One function a command, named after it.
import { Events } from "evento";

import { CreateThing, Thing, ThingCreated, ThingRefused } from "./generated/thing";

/** @param current - what the events so far have made; null when there were none. */
export function createThing(command: CreateThing, current: Thing | null): Events {
  // A "no" is an event too: it says why, and it is there for good.
  if (current !== null && current.name != "") return Events.of(new ThingRefused("it was created before"));
  if (command.name == "") return Events.of(new ThingRefused("a name is missing"));
  return Events.of(new ThingCreated(command.name));
}
