// Everything that npm run bench can measure, in the order of the page.
import { commands } from "./scenarios/commands.ts";
import { imports } from "./scenarios/imports.ts";
import { neighbours } from "./scenarios/neighbours.ts";
import { publishing } from "./scenarios/publishing.ts";
import type { Scenario } from "./section.ts";

export const scenarios: readonly Scenario[] = [commands, imports, publishing, neighbours];
