// Folds what happened into the state. One function an event, named after it.
import { Thing, ThingCreated, ThingRefused } from "./generated/thing";

export function thingCreated(current: Thing | null, event: ThingCreated): Thing {
  return new Thing(event.name);
}

export function thingRefused(current: Thing | null, event: ThingRefused): Thing {
  return current === null ? new Thing() : current;
}
