// A host's refusal, from RFC 9457 problem JSON to the one error class.
import { EventoError, type Fault } from "../errors.ts";
import { fieldOf, listField, textField } from "./json-fields.ts";

/** The error that a problem answer, or one line of a bulk answer, tells of. */
export function hostProblem(problem: unknown, status: number): EventoError {
  const detail = textField(problem, "detail") || textField(problem, "title") || `the host answered ${status}`;
  const hint = textField(problem, "hint");
  return new EventoError(textField(problem, "code") || `HTTP_${status}`, detail, {
    retryable: status === 503 || status === 429,
    faults: listField(problem, "errors").map(faultOf),
    ...(hint === "" ? {} : { hint }),
  });
}

/** True when an answer line of a bulk request tells of a refusal. */
export function isProblem(answer: unknown): boolean {
  return typeof fieldOf(answer, "status") === "number";
}

function faultOf(value: unknown): Fault {
  return { path: textField(value, "path"), message: textField(value, "message") };
}
