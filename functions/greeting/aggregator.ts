// Folds what happened into the state. One function an event, named after it.
import { Greeted, Greeting } from "./generated/greeting";

/** @param state - what the events before this one have made; null before the first. */
export function greeted(state: Greeting | null, event: Greeted): Greeting {
  return new Greeting(event.times);
}
