// What the generated classes have in common.
import { Writer } from "./avro";

/** A record of a schema. */
export abstract class Payload {
  /** The record's name, without its namespace. */
  abstract get typeName(): string;
  abstract write(writer: Writer): void;
}

/** A record that the schema marks as an event: what a handler answers. */
export abstract class EventPayload extends Payload {}

/** A record that the schema marks as a command: what a dispatcher answers. */
export abstract class CommandPayload extends Payload {}
