// A function that answers what it is given: each value goes through the generated `read` and `write` once.
import type { ExecutionContext } from "ava";

import { encodeCommand } from "../../host/domain/envelope-codec.ts";
import { decodeEventDrafts } from "../../host/domain/draft-codec.ts";
import type { RecordCodec } from "../../host/schemas/record-codec.ts";
import { buildFunction } from "../../sdk-assemblyscript/build-function.ts";
import { CoreInstance } from "../../sdk-assemblyscript/core-instance.ts";
import { functionFolder } from "./function-folder.ts";

export type Node = { readonly [attribute: string]: unknown };

export type Echoed = { readonly bytes: Uint8Array } | { readonly failure: string };

/** One record that is echoed. */
export type Echo = {
  readonly codec: RecordCodec;
  /** What comes back for the bytes of a value. */
  of(bytes: Uint8Array): Echoed;
};

/** The schema of an aggregate `Sample` with a command and an event around each of the records; they must be among the types. */
export function echoSchema(records: readonly string[], types: readonly Node[]): Node[] {
  const wrapped = records.flatMap((record, index) => [
    { type: "record", name: `Send${index}`, evento: "command", fields: [{ name: "value", type: record }] },
    { type: "record", name: `Sent${index}`, evento: "event", fields: [{ name: "value", type: record }] },
  ]);
  const root = { type: "record", name: "Root", evento: "root", entity: "sample", fields: [] };
  return [root, ...wrapped, ...types].map((node) => ({ namespace: "Sample", ...node }));
}

/** Builds a function that echoes these records. */
export async function echoesOf(
  t: ExecutionContext,
  records: readonly string[],
  types: readonly Node[],
): Promise<readonly Echo[]> {
  const names = records.flatMap((_, index) => [`Send${index}`, `Sent${index}`]);
  const handlers = records.map(
    (_, index) =>
      `export function send${index}(command: Send${index}, state: Root | null): Events { return Events.of(new Sent${index}(command.value)); }`,
  );
  const folder = await functionFolder(t, {
    "evento.json": { name: "echo", schema: "Sample.avsc" },
    "Sample.avsc": echoSchema(records, types),
    "handler.ts": [
      'import { Events } from "evento";',
      `import { Root, ${names.join(", ")} } from "./generated/sample";`,
      ...handlers,
    ].join("\n"),
  });
  const built = await buildFunction(folder);
  if (built.kind !== "component" || built.manifest.kind !== "aggregate") throw new Error("the echo is no handler");
  const { schema } = built.manifest;
  const core = new CoreInstance(built.core);
  return records.map((_, index): Echo => {
    const codec = schema.commands.get(`Send${index}`);
    if (codec === undefined) throw new Error(`the schema has lost Send${index}`);
    return { codec, of: (bytes) => echoed(core, `Send${index}`, bytes) };
  });
}

function echoed(core: CoreInstance, command_type: string, payload: Uint8Array): Echoed {
  const answer = core.handle(
    encodeCommand({
      id: "command",
      command_type,
      entity: "sample:1",
      aggregate: "sample:1",
      aggregate_type: "Sample",
      time: 0,
      cause: { kind: "external", id: "command" },
      root_cause: "command",
      depth: 0,
      payload,
    }),
    null,
  );
  if (answer.kind === "failed") return { failure: answer.reason };
  const [draft] = decodeEventDrafts(answer.bytes, 1);
  if (draft === undefined) throw new Error("the echo answered nothing");
  return { bytes: Uint8Array.from(draft.payload) };
}
