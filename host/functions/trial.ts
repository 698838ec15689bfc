// The first run of a component, in a process that ends with it: instantiate, describe, one call of each export. The answers of the
// calls do not matter, as it gets nothing sensible to work on; that they come does.
import { codeCacheBytesMax, describeBytesMax } from "../limits.ts";
import { EventoError, reasonOf } from "../errors.ts";
import type { Answer, FunctionKind } from "../ports/functions.ts";
import { SingleCall } from "./calls.ts";
import kinds from "./frame-kinds.json" with { type: "json" };
import type { FunctionProcess } from "./function-process.ts";
import { optionalPart, part } from "./payload.ts";

const noList = Buffer.from([0]);
const smokeCalls = {
  handler: { name: "handle", kind: kinds.handle, parts: [...part(new Uint8Array(0)), ...optionalPart(null)] },
  aggregator: { name: "aggregate", kind: kinds.aggregate, parts: [...optionalPart(null), noList] },
  dispatcher: { name: "dispatch", kind: kinds.dispatch, parts: [] },
} as const;

export type Tried = {
  /** What `describe` said, parsed. */
  readonly description: unknown;
  /** What V8 compiled of the glue for all of that; empty when it is larger than allowed. */
  readonly codeCache: Uint8Array;
};

/**
 * Tries a component.
 *
 * @param given.load - what the process is sent to become the function.
 * @throws EventoError FUNCTION_REFUSED
 */
export async function tryComponent(given: {
  readonly process: FunctionProcess;
  readonly load: readonly Uint8Array[];
  readonly kinds: readonly FunctionKind[];
  readonly loadMs: number;
  readonly deadlineMs: number;
}): Promise<Tried> {
  const { process, loadMs, deadlineMs } = given;
  try {
    const loaded = await answerOf(process, {
      kind: kinds.load,
      parts: given.load,
      what: "instantiation",
      deadlineMs: loadMs,
    });
    if (loaded.kind === "failed") throw refused(`found a component that fails at once: ${loaded.reason}`);
    const described = await answerOf(process, { kind: kinds.describe, parts: [], what: "describe", deadlineMs });
    if (described.kind === "failed") throw refused(`found a describe that fails: ${described.reason}`);
    const description = descriptionOf(described.bytes);
    for (const kind of given.kinds) {
      const { name, kind: frame, parts } = smokeCalls[kind];
      await answerOf(process, { kind: frame, parts, what: name, deadlineMs });
    }
    return { description, codeCache: await codeCacheOf(process, { deadlineMs }) };
  } finally {
    process.end();
  }
}

/** What ran a component is not believed to keep to a bound. */
async function codeCacheOf(process: FunctionProcess, { deadlineMs }: { deadlineMs: number }): Promise<Uint8Array> {
  const answer = await answerOf(process, { kind: kinds.codeCache, parts: [], what: "its code cache", deadlineMs });
  return answer.kind === "ok" && answer.bytes.length <= codeCacheBytesMax ? answer.bytes : new Uint8Array(0);
}

function descriptionOf(bytes: Uint8Array): unknown {
  if (bytes.length > describeBytesMax)
    throw refused(`found ${bytes.length} bytes of description, at most ${describeBytesMax} allowed`);
  const text = Buffer.from(bytes).toString("utf8");
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refused(`found ${JSON.stringify(text.slice(0, 100))} as description, expected JSON: ${reasonOf(error)}`);
  }
}

/** The answer; no answer, or the death of the process, is a refusal. */
async function answerOf(
  process: FunctionProcess,
  given: {
    readonly kind: number;
    readonly parts: readonly Uint8Array[];
    readonly what: string;
    readonly deadlineMs: number;
  },
): Promise<Answer> {
  const { kind, parts, what, deadlineMs } = given;
  const call = new SingleCall({ kind, parts, tally: { answered() {}, took() {} } });
  process.own({
    deadlineMs,
    settled() {},
    logged() {},
    died: ({ reason }) => call.unavailable(refused(`found ${what} to end its process: ${reason}`)),
  });
  process.send(call, { alone: true });
  return await call.answer;
}

function refused(message: string): EventoError {
  return new EventoError("FUNCTION_REFUSED", message);
}
