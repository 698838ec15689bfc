// What functions answer: events, or commands, or a failure without either.
import { Writer } from "./avro";
import { CommandPayload, EventPayload, Payload } from "./payload";

@final
class Draft {
  notBefore: i64 = i64.MIN_VALUE;
  constructor(
    /** Empty for the entity that the command is aimed at. */
    readonly entity: string,
    readonly payload: Payload,
  ) {}
}

/** The events that a command leads to, in order; at least one. */
@final
export class Events {
  private readonly drafts: Draft[] = [];
  /** Set by `fail`. */
  failure: string | null = null;

  /** An event about the entity that the command is aimed at. */
  static of(event: EventPayload): Events {
    return new Events().and(event);
  }

  /** An event about an entity inside the aggregate, which becomes a member of it if it is new. */
  static about(entity: string, event: EventPayload): Events {
    return new Events().andAbout(entity, event);
  }

  and(event: EventPayload): Events {
    return this.andAbout("", event);
  }

  andAbout(entity: string, event: EventPayload): Events {
    this.drafts.push(new Draft(entity, event));
    return this;
  }

  /** An Avro array of evento.EventDraft. */
  write(writer: Writer, target: string): void {
    const drafts = this.drafts;
    if (drafts.length > 0) writer.writeLong(drafts.length);
    for (let index = 0; index < drafts.length; index++) {
      const draft = drafts[index];
      writer.writeString(draft.entity.length == 0 ? target : draft.entity);
      writer.writeString(draft.payload.typeName);
      writePayload(writer, draft.payload);
    }
    writer.writeLong(0);
  }
}

/**
 * Fails without an event: the host tries the command again and at last parks it. For what should not be; a business "no" is an
 * event with a reason.
 */
export function fail(reason: string): Events {
  const events = new Events();
  events.failure = reason;
  return events;
}

/** The commands that an event leads to, in order; maybe none. */
@final
export class Commands {
  private readonly drafts: Draft[] = [];

  static none(): Commands {
    return new Commands();
  }

  static to(entity: string, command: CommandPayload): Commands {
    return new Commands().andTo(entity, command);
  }

  andTo(entity: string, command: CommandPayload): Commands {
    this.drafts.push(new Draft(entity, command));
    return this;
  }

  /** Holds the last command back until a time in milliseconds since 1970. */
  notBefore(time: i64): Commands {
    if (this.drafts.length == 0) throw new Error("notBefore: there is no command to hold back");
    this.drafts[this.drafts.length - 1].notBefore = time;
    return this;
  }

  /** An Avro array of evento.CommandDraft. */
  write(writer: Writer): void {
    const drafts = this.drafts;
    if (drafts.length > 0) writer.writeLong(drafts.length);
    for (let index = 0; index < drafts.length; index++) {
      const draft = drafts[index];
      writer.writeString(draft.entity);
      writer.writeString(draft.payload.typeName);
      writePayload(writer, draft.payload);
      if (draft.notBefore == i64.MIN_VALUE) writer.writeLong(0);
      else {
        writer.writeLong(1);
        writer.writeLong(draft.notBefore);
      }
    }
    writer.writeLong(0);
  }
}

function writePayload(writer: Writer, payload: Payload): void {
  const nested = new Writer();
  payload.write(nested);
  writer.writeNested(nested);
}
