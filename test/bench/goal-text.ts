// Goals in words.
import { figureText } from "./figures.ts";
import type { Goal } from "./section.ts";

export function isHeld({ found, bound, goal }: Goal): boolean {
  return bound === "at least" ? found >= goal : found <= goal;
}

/** As on a terminal: `0.46 of at least 0.9: missed`. */
export function goalLine(goal: Goal): string {
  const { what, found, bound } = goal;
  return `${what}: ${figureText(found)} of ${bound} ${figureText(goal.goal)}, ${isHeld(goal) ? "held" : "missed"}`;
}
