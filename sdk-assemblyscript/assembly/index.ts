// What authors import from "evento".
export { Box, Null } from "./avro";
export { Day, Timestamp } from "./day";
export { Decimal } from "./decimal";
export { CommandPayload, EventPayload, Payload } from "./payload";
export { Cause, Command, Event } from "./envelopes";
export { Commands, Events, fail } from "./answers";
export { entityType } from "./entity";
export { log } from "./log";
