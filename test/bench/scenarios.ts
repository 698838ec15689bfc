// Everything that npm run bench can measure, in the order of the page.
import { commands } from "./scenarios/commands.ts";
import { dispatchers } from "./scenarios/dispatchers.ts";
import { folding } from "./scenarios/folding.ts";
import { functionStarts } from "./scenarios/function-starts.ts";
import { growth } from "./scenarios/growth.ts";
import { imports } from "./scenarios/imports.ts";
import { neighbours } from "./scenarios/neighbours.ts";
import { publishing } from "./scenarios/publishing.ts";
import { sync } from "./scenarios/sync.ts";
import type { Scenario } from "./section.ts";

export const scenarios: readonly Scenario[] = [
  commands,
  sync,
  imports,
  dispatchers,
  publishing,
  folding,
  functionStarts,
  growth,
  neighbours,
];
