// One command or event from the arguments of a command line to its answer.
import { EventoError } from "../errors.ts";
import { commandLines, eventLine, triesText } from "./command-text.ts";
import { usageError } from "./exit-code.ts";
import { clientOf, type HostOptions } from "./host-option.ts";
import { fieldOf, textField } from "../client/json-fields.ts";
import type { Terminal } from "./terminal.ts";

/** What a host waits for an outcome when nothing is said. */
const outcomeWaitSecondsDefault = 10;
/** What an answer may take beyond the wait for the outcome. */
const answerMarginMs = 30_000;

export type Post = {
  readonly entity: string;
  readonly type: string;
  /** JSON text, `{}` when absent. */
  readonly payload?: string | undefined;
};

export type PostOptions = HostOptions & {
  readonly id?: string;
  readonly expectedSequence?: number;
  readonly async?: boolean;
  readonly wait?: number;
};

/**
 * Posts a command and shows what became of it.
 *
 * @throws EventoError COMMAND_PARKED when the command was given up, after its answer was shown.
 */
export async function postCommand(post: Post, options: PostOptions, terminal: Terminal): Promise<void> {
  const wait = options.async === true ? 0 : (options.wait ?? outcomeWaitSecondsDefault);
  const view = await clientOf(options).json({
    method: "POST",
    path: ["commands"],
    headers: { "content-type": "application/json", ...preference(options) },
    body: draftText("command_type", post, options),
    waitMs: wait * 1_000 + answerMarginMs,
  });
  if (terminal.isForPerson(options)) for (const line of commandLines(view, terminal)) terminal.result(line);
  else terminal.json(view);
  if (textField(view, "status") === "parked") throw parkedError(view);
}

/** Posts an event from outside and shows it with its place in the log. */
export async function postEvent(post: Post, options: PostOptions, terminal: Terminal): Promise<void> {
  const answer = await clientOf(options).json({
    method: "POST",
    path: ["events"],
    headers: { "content-type": "application/json" },
    body: draftText("event_type", post, options),
  });
  if (terminal.isForPerson(options)) terminal.result(eventLine(fieldOf(answer, "event"), terminal, 0));
  else terminal.json(answer);
}

/** The error that tells of a parked command and what to do with it. */
function parkedError(view: unknown): EventoError {
  const id = textField(fieldOf(view, "command"), "id");
  const reason = textField(view, "last_error") || "no reason was kept";
  return new EventoError(
    "COMMAND_PARKED",
    `the command was parked after ${triesText(textField(view, "attempts"))}: ${reason}`,
    {
      hint: `mend and deploy the function, which retries it; or run \`evento parked retry ${id}\``,
    },
  );
}

function preference({ async, wait }: PostOptions): { readonly [name: string]: string } {
  if (async === true) return { prefer: "respond-async" };
  return wait === undefined ? {} : { prefer: `wait=${wait}` };
}

/** The payload's text goes in as it is, so that no digit of a number is lost on the way. */
function draftText(typeField: "command_type" | "event_type", post: Post, options: PostOptions): string {
  const { id, expectedSequence } = options;
  const members = {
    ...(id === undefined ? {} : { id }),
    entity: post.entity,
    [typeField]: post.type,
    ...(expectedSequence === undefined ? {} : { expected_sequence: expectedSequence }),
  };
  return `${JSON.stringify(members).slice(0, -1)},"payload":${payloadText(post.payload ?? "{}")}}`;
}

function payloadText(text: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch (error) {
    throw usageError(
      `found the payload ${text}, expected JSON: ${error instanceof Error ? error.message : String(error)}`,
      `put it in single quotes: '{"amount":"5.00"}'`,
    );
  }
}
