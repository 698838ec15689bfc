// Which snapshots of an aggregate are kept, so that their number is bounded however long it lives.
import { snapshotsPerAggregateMax } from "../limits.ts";
import type { SnapshotName } from "./snapshot-name.ts";

/**
 * Names that may go. Of the lineage in use the newest and the oldest stay, and between them the distances grow with age, so that
 * a state of long ago is not far from a snapshot either. Of other lineages one stays, for a rollback.
 */
export function surplusOf(names: readonly SnapshotName[], lineageInUse: string): SnapshotName[] {
  const newestFirst = names.toSorted((one, other) => other.sequence - one.sequence);
  const kept = newestFirst.filter((name) => name.lineage === lineageInUse);
  const surplus = newestFirst.filter((name) => name.lineage !== lineageInUse).slice(1);
  while (kept.length > snapshotsPerAggregateMax) surplus.push(...kept.splice(leastMissed(kept), 1));
  return surplus;
}

/** The one whose absence leaves the smallest hole for its age; neither the newest nor the oldest. */
function leastMissed(newestFirst: readonly SnapshotName[]): number {
  const at = (index: number): number => newestFirst[index]?.sequence ?? 0;
  let least = 1;
  for (let index = 2; index < newestFirst.length - 1; index++)
    if (holeWithout(index) < holeWithout(least)) least = index;
  return least;

  function holeWithout(index: number): number {
    return (at(index - 1) - at(index + 1)) / (at(0) - at(index));
  }
}
