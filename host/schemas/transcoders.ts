// What reads values of several parts in a writer's schema and writes them in a reader's: records, arrays and maps.
import type { ByteSink } from "./byte-sink.ts";
import type { ByteSource } from "./byte-source.ts";
import type { Format } from "./format.ts";

/** Reads a value in the writer's schema and writes it in the reader's. */
export type Transcoder = (source: ByteSource, sink: ByteSink) => void;

/** Where a field of the reader comes from: the writer's field at `from`, or its default where that is -1. */
export type FieldPlan = {
  readonly name: string;
  readonly from: number;
  readonly transcode: Transcoder;
  readonly default: Uint8Array;
};

/** How to go over a field of the writer. */
export type SkipPlan = { readonly name: string; readonly format: Format };

function skip(source: ByteSource, plan: SkipPlan): void {
  source.path.at(plan.name);
  plan.format.scan(source);
}

/** Makes the record's own part of a resolution: fields found, left out, put in another order, and defaults. */
export function recordTranscoder(fields: readonly FieldPlan[], skips: readonly SkipPlan[]): Transcoder {
  return inWritersOrder(fields) ? streamed(fields, skips) : reordered(fields, skips);
}

function inWritersOrder(fields: readonly FieldPlan[]): boolean {
  const taken = fields.map((field) => field.from).filter((from) => from !== -1);
  return taken.every((from, index) => index === 0 || from > (taken[index - 1] ?? -1));
}

/** Fields stand in one order on both sides: one pass. */
function streamed(fields: readonly FieldPlan[], skips: readonly SkipPlan[]): Transcoder {
  const steps: Transcoder[] = [];
  let next = 0;
  for (const field of fields) {
    if (field.from === -1) {
      steps.push((_, sink) => sink.raw(field.default));
      continue;
    }
    for (const plan of skips.slice(next, field.from)) steps.push((source) => skip(source, plan));
    steps.push((source, sink) => {
      source.path.at(field.name);
      field.transcode(source, sink);
    });
    next = field.from + 1;
  }
  for (const plan of skips.slice(next)) steps.push((source) => skip(source, plan));
  return (source, sink) => {
    source.enter();
    for (const step of steps) step(source, sink);
    source.leave();
  };
}

/** Fields stand in another order: first find where each begins, then go to them in the reader's order. */
function reordered(fields: readonly FieldPlan[], skips: readonly SkipPlan[]): Transcoder {
  return (source, sink) => {
    source.enter();
    const starts = skips.map((plan) => {
      const start = source.position;
      skip(source, plan);
      return start;
    });
    const end = source.position;
    for (const field of fields) {
      const start = starts[field.from];
      if (start === undefined) sink.raw(field.default);
      else {
        source.path.at(field.name);
        source.seek(start);
        field.transcode(source, sink);
      }
    }
    source.seek(end);
    source.leave();
  };
}

/** Several blocks of the writer stay several blocks. */
export function arrayTranscoder(transcode: Transcoder): Transcoder {
  return (source, sink) => {
    source.blocks(
      () => transcode(source, sink),
      (count) => sink.long(count),
    );
    sink.byte(0);
  };
}

export function mapTranscoder(transcode: Transcoder): Transcoder {
  return arrayTranscoder((source, sink) => {
    const start = source.position;
    source.skipText();
    sink.raw(source.since(start));
    transcode(source, sink);
  });
}
