// Folds what happened into the state. One function an event, named after it.
import { Greeted, Greeting } from "./generated/greeting";

export function greeted(greeting: Greeting | null, event: Greeted): Greeting {
  return new Greeting(event.times);
}
