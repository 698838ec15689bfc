// I1: what was acknowledged is in the log, with the same bytes.
import type { EventJson } from "../../../host/engine/views.ts";
import { commandPayloadType } from "../bank-codec.ts";
import { payloadOf } from "../bank-model.ts";
import type { Receipt } from "../clients.ts";
import type { Evidence } from "../evidence.ts";
import type { LogRecord } from "../log-record.ts";
import { holds } from "../violation.ts";

export function durableReceipts({ log, receipts }: Evidence): void {
  for (const receipt of receipts) {
    if (receipt.post.kind === "command") acceptedAsPosted(log, receipt);
    if (receipt.kind === "done") for (const event of receipt.events) asTold(log, event);
  }
}

function acceptedAsPosted(log: LogRecord, { post }: Receipt): void {
  const logged = log.commands.get(post.id);
  holds(logged !== undefined, "I1", () => `the command ${post.id} was acknowledged and is not in the log`);
  const { entity, payload } = logged.command;
  const same = entity === post.entity && commandPayloadType.toBuffer(post.payload).equals(Buffer.from(payload));
  holds(same, "I1", () => `the command ${post.id} is in the log as another`);
}

function asTold(log: LogRecord, told: EventJson): void {
  const event = log.events[told.position - 1];
  const what = `the event ${told.id} at position ${told.position}`;
  holds(event !== undefined, "I1", () => `${what} was acknowledged and is not in the log`);
  const same =
    event.id === told.id &&
    event.sequence === told.sequence &&
    event.entity === told.entity &&
    event.event_type === told.event_type &&
    new Date(event.time).toISOString() === told.time &&
    JSON.stringify(payloadOf(event)) === JSON.stringify(told.payload);
  holds(same, "I1", () => `${what} was acknowledged, and ${event.id} is in its place`);
}
