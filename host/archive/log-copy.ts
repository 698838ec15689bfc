// What an archive holds of one log: groups that follow from each other without a gap, checked whenever they are read.
import { EventoError } from "../errors.ts";
import { Group } from "../journal/group.ts";
import { emptyChain } from "../journal/group-codec.ts";
import { archiveDamagedHint, type Archive } from "./archive.ts";
import { groupsIn, readSegmentName, segmentName, type SegmentSpan } from "./segment.ts";

/** How far a copy reaches; what comes next has to follow from it. */
export type CopyHead = { readonly group: number; readonly position: number; readonly chain: Uint8Array };

const beginning: CopyHead = { group: 0, position: 0, chain: emptyChain };

export class LogCopy {
  readonly #archive: Archive;
  readonly #folder: string;

  constructor({ archive, log }: { archive: Archive; log: string }) {
    this.#archive = archive;
    this.#folder = `${log}/log/`;
  }

  /** Where the copy ends, from its newest segment. @throws EventoError ARCHIVE_DAMAGED */
  async head(): Promise<CopyHead> {
    const newest = (await this.#spans()).at(-1);
    if (newest === undefined) return beginning;
    let last: Group | undefined;
    for await (const group of this.#groupsOf(newest)) last = group;
    if (last?.number !== newest.last)
      throw damaged(`${segmentName(newest)} ending with group ${last?.number ?? 0}, expected ${newest.last}`);
    return headOf(last);
  }

  async put(span: SegmentSpan, bytes: Uint8Array): Promise<void> {
    await this.#archive.put(this.#folder + segmentName(span), bytes);
  }

  /** All groups from the first on, checked. @throws EventoError ARCHIVE_DAMAGED */
  async *groups(): AsyncGenerator<Group> {
    let head = beginning;
    for (const span of await this.#spans()) {
      // Two runs at once may have written some groups twice.
      if (span.last <= head.group) continue;
      for await (const group of this.#groupsOf(span)) {
        if (group.number <= head.group) continue;
        head = requireNext(head, group);
        yield group;
      }
      if (head.group !== span.last) throw damaged(`${segmentName(span)} without the group ${span.last}`);
    }
  }

  async #spans(): Promise<readonly SegmentSpan[]> {
    const names = await this.#archive.list(this.#folder);
    return names
      .flatMap((name) => readSegmentName(name.slice(this.#folder.length)) ?? [])
      .toSorted((one, other) => one.last - other.last || one.first - other.first);
  }

  async *#groupsOf(span: SegmentSpan): AsyncGenerator<Group> {
    const bytes = await this.#archive.get(this.#folder + segmentName(span));
    if (bytes === undefined) throw damaged(`no ${segmentName(span)}`);
    try {
      for await (const { number, value } of groupsIn([bytes])) yield Group.read(number, value);
    } catch (cause) {
      if (!(cause instanceof EventoError) || cause.code === "ARCHIVE_DAMAGED") throw cause;
      throw damaged(`${segmentName(span)} damaged: ${cause.message}`, cause);
    }
  }
}

/** The head after one more group. @throws EventoError ARCHIVE_DAMAGED when the group does not follow. */
export function requireNext(head: CopyHead, group: Group): CopyHead {
  if (group.number !== head.group + 1)
    throw damaged(`group ${group.number} after group ${head.group}, expected the next one`);
  try {
    group.requireAfter(head);
  } catch (cause) {
    throw damaged(`group ${group.number} that does not follow from the one before`, cause);
  }
  return headOf(group);
}

function headOf(group: Group): CopyHead {
  return { group: group.number, position: group.lastPosition, chain: group.chain };
}

function damaged(what: string, cause?: unknown): EventoError {
  return new EventoError("ARCHIVE_DAMAGED", `found ${what}`, { cause, hint: archiveDamagedHint });
}
