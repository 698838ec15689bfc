// Copies a log into an archive while its host runs: what the archive does not have yet, checked on the way.
import { EventoError } from "../errors.ts";
import { Group } from "../journal/group.ts";
import type { StoredGroup } from "../journal/log-store.ts";
import { segmentBytesMax } from "../limits.ts";
import type { Archive } from "./archive.ts";
import { ComponentCopy } from "./component-copy.ts";
import { deployedComponents } from "./deployed-components.ts";
import { LogCopy, requireNext, type CopyHead } from "./log-copy.ts";
import { frameOf } from "./segment.ts";

/** Where a log is, and how far it reaches now. */
export type LogIdentity = { readonly id: string; readonly created: string; readonly groups: number };

/** A running host, as a backup reads it. */
export interface LogSource {
  identity(): Promise<LogIdentity>;
  /** The groups after a number, in their order, to what is the end now. */
  groups(after: number): AsyncIterable<StoredGroup>;
  component(digest: string): Promise<Uint8Array>;
}

export type BackupReport = {
  /** UUID of the log. */
  readonly log: string;
  /** Last group and position that the archive holds now. */
  readonly groups: number;
  readonly position: number;
  /** What this run has added. */
  readonly added: { readonly groups: number; readonly bytes: number; readonly components: number };
};

/**
 * Brings an archive up to the end of a host's log. Broken off, it goes on where it was.
 *
 * @throws EventoError ARCHIVE_DAMAGED, ARCHIVE_AHEAD when the archive holds more than the log, ARCHIVE_UNAVAILABLE, and what the
 *   source throws.
 */
export async function backUp(given: {
  source: LogSource;
  archive: Archive;
  onGroup?: (group: number, total: number) => void;
}): Promise<BackupReport> {
  const { source, archive, onGroup } = given;
  const { id, created, groups: total } = await source.identity();
  const copy = new LogCopy({ archive, log: id });
  let head = await copy.head();
  if (head.group > total) throw ahead(head, total);
  await archive.put(`${id}/EVENTO`, Buffer.from(`${JSON.stringify({ id, created })}\n`));
  const start = head.group;
  const components = await ComponentCopy.of({ archive, log: id });
  const componentsBefore = components.digests.size;
  let bytesAdded = 0;
  let segment = new Segment();
  const putSegment = async (): Promise<void> => {
    const { span, bytes } = segment.close();
    await copy.put(span, bytes);
    bytesAdded += bytes.length;
    segment = new Segment();
  };
  for await (const stored of source.groups(start)) {
    const group = Group.read(stored.number, stored.value);
    head = requireNext(head, group);
    // Before the group that names them: a copy is never without a component that it needs.
    for (const digest of deployedComponents(group))
      if (!components.digests.has(digest)) await components.put(digest, await source.component(digest));
    segment.add(stored);
    if (segment.sizeBytes >= segmentBytesMax) await putSegment();
    onGroup?.(group.number, total);
  }
  if (segment.sizeBytes > 0) await putSegment();
  if (head.group < total) throw brokenOff(head, total);
  return {
    log: id,
    groups: head.group,
    position: head.position,
    added: { groups: head.group - start, bytes: bytesAdded, components: components.digests.size - componentsBefore },
  };
}

/** Groups that are put into the archive together. */
class Segment {
  readonly #frames: Uint8Array[] = [];
  #first = 0;
  #last = 0;
  sizeBytes = 0;

  add(group: StoredGroup): void {
    const frame = frameOf(group);
    if (this.#frames.length === 0) this.#first = group.number;
    this.#last = group.number;
    this.#frames.push(frame);
    this.sizeBytes += frame.length;
  }

  close(): { readonly span: { readonly first: number; readonly last: number }; readonly bytes: Uint8Array } {
    return { span: { first: this.#first, last: this.#last }, bytes: Buffer.concat(this.#frames) };
  }
}

function ahead(head: CopyHead, total: number): EventoError {
  return new EventoError(
    "ARCHIVE_AHEAD",
    `found ${head.group} groups of this log in the archive and ${total} in the host's, expected no more than the host has`,
    { hint: "the host runs on an older copy of its data: `evento restore` has the newer one" },
  );
}

function brokenOff(head: CopyHead, total: number): EventoError {
  return new EventoError("SEGMENT_BROKEN", `found ${head.group} of ${total} groups before the transfer broke off`, {
    retryable: true,
    hint: "run it again: it goes on where it was",
  });
}
