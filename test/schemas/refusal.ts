// What a refused call threw, checked to be an EventoError, so that tests can look at its parts.
import { EventoError, type Fault } from "../../host/errors.ts";

export function refusalOf(call: () => unknown): EventoError {
  try {
    call();
  } catch (thrown) {
    if (thrown instanceof EventoError) return thrown;
    throw thrown;
  }
  throw new Error("the call was not refused");
}

export function faultsOf(call: () => unknown): readonly Fault[] {
  return refusalOf(call).faults;
}
