// Tells a developer at once what was given up: the host keeps it as an event of its own aggregate, and says nothing else.
import { hostAggregate } from "../domain/host-schema.ts";
import type { Engine } from "../engine/engine.ts";
import type { EventJson } from "../engine/views.ts";
import { triesText } from "./command-text.ts";
import { textField } from "../client/json-fields.ts";
import type { Terminal } from "./terminal.ts";
import { visibleText } from "./visible-text.ts";

export class ParkedWatch {
  readonly #ended = new AbortController();
  readonly #running: Promise<void>;

  constructor({ engine, terminal }: { engine: Engine; terminal: Terminal }) {
    this.#running = this.#run(engine, terminal);
  }

  async close(): Promise<void> {
    this.#ended.abort();
    await this.#running;
  }

  async #run(engine: Engine, terminal: Terminal): Promise<void> {
    const query = {
      after: engine.head.position,
      filter: { aggregate: hostAggregate },
      signal: this.#ended.signal,
    };
    for await (const { events } of engine.queries.follow(query))
      for (const event of events) {
        const text = parkedText(event, terminal);
        if (text !== undefined) terminal.note(text);
      }
  }
}

function parkedText({ event_type, payload }: EventJson, terminal: Terminal): string | undefined {
  const label = terminal.styled("parked", "error");
  const reason = terminal.styled(visibleText(textField(payload, "reason")), "bad");
  if (event_type === "CommandParked") {
    const command = `${textField(payload, "command_type")} → ${textField(payload, "entity")}`;
    const tries = `after ${triesText(textField(payload, "attempts"))}`;
    return `${label} ${visibleText(command)} ${tries} (${visibleText(textField(payload, "command_id"))}): ${reason}`;
  }
  if (event_type !== "DispatchParked") return undefined;
  const event = `${textField(payload, "dispatcher")} of event ${textField(payload, "event_id")}`;
  return `${label} ${visibleText(event)}: ${reason}`;
}
