// Envelopes as they come in: everything that is known of a command or event beside its payload. Few functions look at more than
// the type, so what is text is decoded when it is asked for. The bytes are those of the call: an envelope does not outlive it.
import { Reader } from "./avro";

@final
export class Cause {
  constructor(
    /** "external", "command" or "event". */
    readonly kind: string,
    readonly id: string,
  ) {}

  static read(reader: Reader): Cause {
    const kind = reader.readSymbol(3);
    return new Cause(kind == 0 ? "external" : kind == 1 ? "command" : "event", reader.readString());
  }
}

/** A command around its payload. */
@final
export class Command {
  private constructor(
    private readonly end: usize,
    private readonly idAt: usize,
    private readonly typeAt: usize,
    private readonly entityAt: usize,
    private readonly aggregateAt: usize,
    private readonly aggregateTypeAt: usize,
    /** Milliseconds since 1970: when it was accepted. The only clock that a function has. */
    readonly time: i64,
    private readonly causeAt: usize,
    private readonly rootCauseAt: usize,
    readonly depth: i32,
    readonly payload: Reader,
  ) {}

  static read(reader: Reader): Command {
    const idAt = textAt(reader);
    const typeAt = textAt(reader);
    const entityAt = textAt(reader);
    const aggregateAt = textAt(reader);
    const aggregateTypeAt = textAt(reader);
    const time = reader.readLong();
    const causeAt = causeSkipped(reader);
    const rootCauseAt = textAt(reader);
    const depth = reader.readInt();
    const payload = payloadOf(reader);
    return new Command(
      reader.end,
      idAt,
      typeAt,
      entityAt,
      aggregateAt,
      aggregateTypeAt,
      time,
      causeAt,
      rootCauseAt,
      depth,
      payload,
    );
  }

  get id(): string {
    return textOf(this.idAt, this.end);
  }

  get type(): string {
    return textOf(this.typeAt, this.end);
  }

  /** What it is aimed at: `type:id`. */
  get entity(): string {
    return textOf(this.entityAt, this.end);
  }

  /** The entity id of the aggregate's root. */
  get aggregate(): string {
    return textOf(this.aggregateAt, this.end);
  }

  get aggregateType(): string {
    return textOf(this.aggregateTypeAt, this.end);
  }

  get cause(): Cause {
    return Cause.read(new Reader(this.causeAt, this.end));
  }

  get rootCause(): string {
    return textOf(this.rootCauseAt, this.end);
  }
}

/** An event around its payload. */
@final
export class Event {
  private constructor(
    private readonly end: usize,
    private readonly idAt: usize,
    private readonly typeAt: usize,
    private readonly entityAt: usize,
    private readonly aggregateAt: usize,
    private readonly aggregateTypeAt: usize,
    /** Place in the aggregate's stream, from 1. */
    readonly sequence: i64,
    /** Place in the host's log, from 1; always 0 for an aggregator, since a state must not depend on it. */
    readonly position: i64,
    readonly time: i64,
    private readonly causeAt: usize,
    private readonly rootCauseAt: usize,
    readonly depth: i32,
    readonly payload: Reader,
  ) {}

  static read(reader: Reader): Event {
    const idAt = textAt(reader);
    const typeAt = textAt(reader);
    const entityAt = textAt(reader);
    const aggregateAt = textAt(reader);
    const aggregateTypeAt = textAt(reader);
    const sequence = reader.readLong();
    const position = reader.readLong();
    const time = reader.readLong();
    const causeAt = causeSkipped(reader);
    const rootCauseAt = textAt(reader);
    const depth = reader.readInt();
    const payload = payloadOf(reader);
    return new Event(
      reader.end,
      idAt,
      typeAt,
      entityAt,
      aggregateAt,
      aggregateTypeAt,
      sequence,
      position,
      time,
      causeAt,
      rootCauseAt,
      depth,
      payload,
    );
  }

  get id(): string {
    return textOf(this.idAt, this.end);
  }

  get type(): string {
    return textOf(this.typeAt, this.end);
  }

  /** What it is about: `type:id`. */
  get entity(): string {
    return textOf(this.entityAt, this.end);
  }

  get aggregate(): string {
    return textOf(this.aggregateAt, this.end);
  }

  get aggregateType(): string {
    return textOf(this.aggregateTypeAt, this.end);
  }

  get cause(): Cause {
    return Cause.read(new Reader(this.causeAt, this.end));
  }

  get rootCause(): string {
    return textOf(this.rootCauseAt, this.end);
  }
}

const texts = new Reader(0, 0);

function textOf(at: usize, end: usize): string {
  texts.at = at;
  texts.end = end;
  return texts.readString();
}

/** Where a text is, which the reader goes over. */
function textAt(reader: Reader): usize {
  const at = reader.at;
  reader.skip(reader.readLength());
  return at;
}

function causeSkipped(reader: Reader): usize {
  const at = reader.at;
  reader.readSymbol(3);
  textAt(reader);
  return at;
}

function payloadOf(reader: Reader): Reader {
  const length = reader.readLength();
  const payload = new Reader(reader.at, reader.at + length);
  reader.skip(length);
  return payload;
}
