// What the generated classes have in common.
import { Writer } from "./avro";

/** A record of a schema: what an event or a command carries. */
export abstract class Payload {
  /** The record's name, without its namespace. */
  abstract get typeName(): string;
  abstract write(writer: Writer): void;
}
