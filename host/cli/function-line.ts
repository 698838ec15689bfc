// One deployed function on one line: `greeting  version 2, new        handler and aggregator of Greeting  built in 0.4 s`.
import type { FunctionBuild } from "./function-build.ts";
import type { Terminal } from "./terminal.ts";

/** Columns of `version 12, unchanged`. */
const versionWidth = 21;

export type ShownFunction = {
  readonly name: string;
  readonly version: number;
  readonly kinds: readonly string[];
  readonly aggregate: string | null;
  readonly events: readonly string[];
  /** False when the same version was there already. */
  readonly changed: boolean;
};

/** @param layout - `nameWidth`: columns for the name, so that lines of several align. */
export function functionLine(
  shown: ShownFunction,
  build: Pick<FunctionBuild, "fresh" | "durationMs" | "kind"> | undefined,
  { nameWidth, terminal }: { nameWidth: number; terminal: Terminal },
): string {
  const name = terminal.styled(shown.name.padEnd(nameWidth), "strong");
  const version = `version ${shown.version}, ${shown.changed ? "new" : "unchanged"}`.padEnd(versionWidth);
  const wasBuilt = build?.fresh === true && build.kind === "component";
  const built = wasBuilt ? terminal.styled(`  built in ${(build.durationMs / 1_000).toFixed(1)} s`, "faint") : "";
  return `${name}  ${terminal.styled(version, shown.changed ? "good" : "faint")}  ${purpose(shown)}${built}`;
}

function purpose({ kinds, aggregate, events }: ShownFunction): string {
  const of = aggregate ?? (events.length === 1 ? events[0] : `${events.length} events`);
  return `${kinds.join(" and ")} of ${of}`;
}
