// Errors as RFC 9457 problem documents. One table says which status a code has; a code without a row is a defect of the host.
import { EventoError, type Fault } from "../errors.ts";

export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly hint?: string;
  readonly errors?: readonly Fault[];
};

/** Status and title by code. */
const problems: { readonly [code: string]: readonly [number, string] } = {
  BODY_INVALID: [400, "The body can't be read"],
  BODY_INCOMPLETE: [408, "The body did not come to its end"],
  QUERY_INVALID: [400, "A query parameter is wrong"],
  HEADER_INVALID: [400, "A header is wrong"],
  REQUEST_INVALID: [400, "The request is no HTTP"],
  HEAD_INCOMPLETE: [408, "The head of the request took too long"],
  HEAD_TOO_LARGE: [431, "The head of the request is too large"],
  UNAUTHENTICATED: [401, "The caller is not known"],
  FORBIDDEN: [403, "The caller may not do this"],
  ISSUER_UNAVAILABLE: [503, "The issuer of tokens can't be asked"],
  TOO_MANY_REQUESTS: [429, "The caller has too many requests under way"],
  PATH_UNKNOWN: [404, "There is nothing at this path"],
  METHOD_NOT_ALLOWED: [405, "The path does not take this method"],
  NOT_ACCEPTABLE: [406, "None of the accepted types can be given"],
  BODY_TOO_LARGE: [413, "The body is too large"],
  MEDIA_TYPE_UNSUPPORTED: [415, "The body has a type that this path does not take"],
  HOST_HEADER_REFUSED: [421, "The request was meant for another host"],
  ENTITY_ID_INVALID: [422, "The entity id is wrong"],
  ID_INVALID: [422, "The id is wrong"],
  PAYLOAD_INVALID: [422, "The payload is off its schema"],
  ENTITY_TYPE_UNKNOWN: [422, "No schema has this entity type"],
  ENTITY_UNKNOWN: [422, "The entity does not exist"],
  COMMAND_TYPE_UNKNOWN: [422, "The schema has no such command"],
  EVENT_TYPE_UNKNOWN: [422, "The schema has no such event"],
  NO_HANDLER: [422, "No function handles this command"],
  NO_AGGREGATOR: [422, "No function aggregates this type"],
  EVENT_NOT_FOLDED: [422, "The event can't be folded into its aggregate"],
  STATE_TOO_LARGE: [409, "The aggregate's state is too large"],
  AVRO_INVALID: [409, "The aggregator answered what is off its schema"],
  SCHEMA_UNKNOWN_TYPE: [409, "The aggregator's schema lacks what is stored"],
  FOLD_FAILED: [409, "The aggregator can't fold what is stored"],
  ID_CONFLICT: [409, "The id was used for other content"],
  SEQUENCE_MISMATCH: [412, "The aggregate is at another sequence"],
  SEQUENCE_UNKNOWN: [404, "The aggregate has no such sequence"],
  COMMAND_UNKNOWN: [404, "There is no such command"],
  EVENT_UNKNOWN: [404, "There is no such event"],
  AGGREGATE_UNKNOWN: [404, "There is no such aggregate"],
  AGGREGATE_TYPE_UNKNOWN: [404, "There is no such aggregate type"],
  TRACE_UNKNOWN: [404, "There is no such command or event"],
  FUNCTION_UNKNOWN: [404, "There is no such function"],
  VERSION_UNKNOWN: [404, "There is no such version"],
  SCHEMA_UNKNOWN: [404, "There is no such schema"],
  COMMAND_NOT_PARKED: [409, "The command is not parked"],
  FUNCTION_NAME_INVALID: [422, "The function's name is wrong"],
  FUNCTION_REFUSED: [422, "The function is refused"],
  RULES_INVALID: [422, "The rules are wrong"],
  SCHEMA_INVALID: [422, "The schema is wrong"],
  SCHEMA_INCOMPATIBLE: [409, "The schema can't read what is stored"],
  FUNCTION_CLAIMED: [409, "Another function is in charge"],
  ENTITY_TYPE_CLAIMED: [409, "Another schema has this entity type"],
  MAILBOX_FULL: [503, "Too much waits for this aggregate"],
  HOST_OVERLOADED: [503, "Too much waits in this host"],
  DISK_LOW: [503, "The disk of the host is nearly full"],
  SHUTTING_DOWN: [503, "The host is shutting down"],
  FUNCTION_UNAVAILABLE: [503, "The function can't be run now"],
  GATE_BUSY: [503, "Too many functions are being checked"],
  JOURNAL_FAILED: [503, "The journal could not be written"],
  JOURNAL_WRITE_FAILED: [503, "The journal could not be written"],
  JOURNAL_CLOSED: [503, "The host is shutting down"],
  LOG_DAMAGED: [500, "The log is damaged"],
  COMPONENT_UNKNOWN: [404, "There is no such component"],
  COMPONENT_DAMAGED: [500, "A stored function is damaged"],
  INDEX_DAMAGED: [500, "The index is damaged"],
};

/** Every code that an answer may have, with its status: what the OpenAPI document and the documentation list. */
export function knownProblems(): readonly { readonly code: string; readonly status: number; readonly title: string }[] {
  return Object.entries(problems).map(([code, [status, title]]) => ({ code, status, title }));
}

/** Seconds after which a refused call may be tried again. */
export const retryAfterS = 1;

/** What is a fault of a draft is a conflict with what is deployed for who only reads. */
const readStatuses: ReadonlyMap<string, number> = new Map([["NO_AGGREGATOR", 409]]);

/** The problem document of a failure; undefined for one that nobody foresaw. @param method - of the request that failed. */
export function problemOf(error: unknown, method = "POST"): Problem | undefined {
  if (!(error instanceof EventoError)) return undefined;
  const row = problems[error.code];
  if (row === undefined) return undefined;
  const [usual, title] = row;
  const status = (method === "GET" ? readStatuses.get(error.code) : undefined) ?? usual;
  return {
    type: `urn:evento:error:${error.code}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.faults.length === 0 ? {} : { errors: error.faults }),
  };
}

/** What is shown of a failure that nobody foresaw: nothing of the inside, but an id that the log has. */
export function unforeseen(id: string): Problem {
  return {
    type: "urn:evento:error:INTERNAL",
    title: "The host failed",
    status: 500,
    detail: `an unforeseen failure, logged under ${id}`,
    code: "INTERNAL",
  };
}
