// Envelopes as they come in: everything that is known of a command or event beside its payload.
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
    readonly id: string,
    readonly type: string,
    /** What it is aimed at: `type:id`. */
    readonly entity: string,
    /** The entity id of the aggregate's root. */
    readonly aggregate: string,
    readonly aggregateType: string,
    /** Milliseconds since 1970: when it was accepted. The only clock that a function has. */
    readonly time: i64,
    readonly cause: Cause,
    readonly rootCause: string,
    readonly depth: i32,
    readonly payload: Reader,
  ) {}

  static read(reader: Reader): Command {
    const id = reader.readString();
    const type = reader.readString();
    const entity = reader.readString();
    const aggregate = reader.readString();
    const aggregateType = reader.readString();
    const time = reader.readLong();
    const cause = Cause.read(reader);
    const rootCause = reader.readString();
    const depth = reader.readInt();
    return new Command(id, type, entity, aggregate, aggregateType, time, cause, rootCause, depth, payloadOf(reader));
  }
}

/** An event around its payload. */
@final
export class Event {
  private constructor(
    readonly id: string,
    readonly type: string,
    /** What it is about: `type:id`. */
    readonly entity: string,
    readonly aggregate: string,
    readonly aggregateType: string,
    /** Place in the aggregate's stream, from 1. */
    readonly sequence: i64,
    /** Place in the host's log, from 1; always 0 for an aggregator, since a state must not depend on it. */
    readonly position: i64,
    readonly time: i64,
    readonly cause: Cause,
    readonly rootCause: string,
    readonly depth: i32,
    readonly payload: Reader,
  ) {}

  static read(reader: Reader): Event {
    const id = reader.readString();
    const type = reader.readString();
    const entity = reader.readString();
    const aggregate = reader.readString();
    const aggregateType = reader.readString();
    const sequence = reader.readLong();
    const position = reader.readLong();
    const time = reader.readLong();
    const cause = Cause.read(reader);
    const rootCause = reader.readString();
    const depth = reader.readInt();
    return new Event(
      id,
      type,
      entity,
      aggregate,
      aggregateType,
      sequence,
      position,
      time,
      cause,
      rootCause,
      depth,
      payloadOf(reader),
    );
  }
}

function payloadOf(reader: Reader): Reader {
  const length = reader.readLength();
  const payload = new Reader(reader.at, reader.at + length);
  reader.at += length;
  return payload;
}
