// One deployed function on one line: `greeting  handler and aggregator of Greeting  version 2, new, built in 0.4 s`.
import type { FunctionBuild } from "./function-build.ts";
import type { Terminal } from "./terminal.ts";

export type ShownFunction = {
  readonly name: string;
  readonly version: number;
  readonly kinds: readonly string[];
  readonly aggregate: string | null;
  readonly events: readonly string[];
  /** False when the same version was there already. */
  readonly changed: boolean;
};

/** @param layout - width: columns for the name. */
export function functionLine(
  shown: ShownFunction,
  build: Pick<FunctionBuild, "fresh" | "durationMs" | "kind"> | undefined,
  { width, terminal }: { width: number; terminal: Terminal },
): string {
  const name = terminal.styled(shown.name.padEnd(width), "strong");
  const version = `version ${shown.version}`;
  const state = shown.changed ? terminal.styled(`${version}, new`, "good") : `${version}, unchanged`;
  const wasBuilt = build?.fresh === true && build.kind === "component";
  const built = wasBuilt ? terminal.styled(`  built in ${(build.durationMs / 1_000).toFixed(1)} s`, "faint") : "";
  return `${name}  ${purpose(shown)}  ${state}${built}`;
}

function purpose({ kinds, aggregate, events }: ShownFunction): string {
  const of = aggregate ?? (events.length === 1 ? events[0] : `${events.length} events`);
  return `${kinds.join(" and ")} of ${of}`;
}
