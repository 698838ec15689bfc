// `evento event`: posts one event from outside, or many.
import { importLines } from "../bulk-import.ts";
import type { Context } from "../context.ts";
import { withHostOptions } from "../host-option.ts";
import { postEvent, type PostOptions } from "../posting.ts";
import { postTarget, type PostArguments } from "../post-target.ts";

type Options = PostOptions & { readonly file?: string };

export function addEvent({ program, terminal }: Context): void {
  const command = program
    .command("event")
    .description("post an event from outside")
    .argument("[entity]", "what it happened to, such as atm:1; - reads many from standard input")
    .argument("[type]", "the event's type, such as CashDispensed")
    .argument("[payload]", "JSON; {} when left out")
    .option("--id <id>", "the event's id: posted again with it, it happens once")
    .option("--file <file>", "post every line of a file of JSON drafts");
  withHostOptions(command)
    .addHelpText(
      "after",
      `
Examples:
  $ evento event atm:1 CashDispensed '{"amount":"20.00","account":"checking:1"}'
  $ evento event --file readings.ndjson

A line of a file: {"id": "r-1", "entity": "atm:1", "event_type": "CashDispensed", "payload": {…}}`,
    )
    .action(async (...given: [...PostArguments, Options]) => {
      const [entity, type, payload, options] = given;
      const target = postTarget([entity, type, payload], options.file);
      if (target.kind === "lines") await importLines("events", { ...options, file: target.file }, terminal);
      else await postEvent(target.post, options, terminal);
    });
}
