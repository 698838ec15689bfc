// Commands and events as a person reads them.
import { fieldOf, listField, textField } from "../client/json-fields.ts";
import type { Terminal } from "./terminal.ts";
import { shortJson, visibleText } from "./visible-text.ts";

/** Columns kept for a payload however narrow the terminal is. */
const payloadWidthMin = 24;

/** A command, its status and its events, a line each. */
export function commandLines(view: unknown, terminal: Terminal): string[] {
  const command = fieldOf(view, "command");
  const id = terminal.styled(visibleText(textField(command, "id")), "faint");
  const head = `${statusText(textField(view, "status"), terminal)} ${commandHead(command, terminal)}  ${id}`;
  const error = textField(view, "last_error");
  return [
    head,
    ...(error === "" ? [] : [`  ${terminal.styled(visibleText(error), "bad")}`]),
    ...listField(view, "events").map((event) => `  ${eventLine(event, terminal, 2)}`),
  ];
}

/** `WithdrawCash → checking:1`. */
export function commandHead(command: unknown, terminal: Terminal): string {
  const type = terminal.styled(visibleText(textField(command, "command_type")), "strong");
  return `${type} → ${terminal.styled(visibleText(textField(command, "entity")), "name")}`;
}

/** `CashWithdrawn #7 checking:1 {…}`, cut to the terminal less an indent. */
export function eventLine(event: unknown, terminal: Terminal, indent: number): string {
  const type = visibleText(textField(event, "event_type"));
  const sequence = `#${textField(event, "sequence")}`;
  const entity = visibleText(textField(event, "entity"));
  const used = indent + type.length + sequence.length + entity.length + 4;
  const payload = shortJson(fieldOf(event, "payload"), Math.max(payloadWidthMin, terminal.width - used));
  return `${terminal.styled(type, "strong")} ${sequence} ${terminal.styled(entity, "name")} ${payload}`;
}

/** `1 try`, `5 tries`. */
export function triesText(attempts: string): string {
  return `${attempts} ${attempts === "1" ? "try" : "tries"}`;
}

export function statusText(status: string, terminal: Terminal): string {
  if (status === "done") return terminal.styled(status, "good");
  return terminal.styled(status, status === "parked" ? "error" : "bad");
}
