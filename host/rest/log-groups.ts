// /log and /components: the log as it is stored, and what ran it, for a copy elsewhere.
import { Readable } from "node:stream";

import { frameOf } from "../archive/segment.ts";
import type { Engine } from "../engine/engine.ts";
import { EventoError } from "../errors.ts";
import type { LogStore } from "../journal/log-store.ts";
import { answer, named, type Route } from "./route.ts";

/** The log behind the engine's journal. */
export type StoredLog = {
  /** UUID of the log. */
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly store: Pick<LogStore, "after">;
};

const groupsType = "application/vnd.evento.groups";
/** Bytes that go out at once, about. */
const chunkBytesMin = 64 << 10;

export function logGroupRoutes({ engine, log }: { engine: Engine; log: StoredLog }): readonly Route[] {
  return [
    {
      method: "get",
      path: "/log",
      summary: "Which log this is, and how far it reaches",
      access: ["operate"],
      answers: { "200": { description: "The log.", content: { "application/json": named("Log") } } },
      async handle(ctx) {
        const { group: groups, position } = engine.head;
        answer(ctx, 200, { id: log.id, created: log.created, groups, position });
      },
    },
    {
      method: "get",
      path: "/log/groups",
      summary: "The groups of the log as they are stored, to what is the end now",
      description:
        "Each is its number in 8 bytes, its length in 4, both big-endian, and its value. For `evento backup`.",
      access: ["operate"],
      parameters: [
        {
          name: "after",
          in: "query",
          description: "go on after this group",
          schema: { type: "integer", minimum: 0, default: 0 },
        },
      ],
      answers: { "200": { description: "Groups in order.", content: { [groupsType]: { type: "string" } } } },
      async handle(ctx, _, query, caller) {
        // Everything that ever happened is in there.
        caller.require("read");
        const after = query.count("after") ?? 0;
        ctx.status = 200;
        ctx.type = groupsType;
        ctx.body = Readable.from(chunksAfter(after, { engine, log }), { objectMode: false });
      },
    },
    {
      method: "get",
      path: "/components/:digest",
      summary: "A component that was deployed, as it was uploaded",
      access: ["operate", "deploy"],
      parameters: [
        {
          name: "digest",
          in: "path",
          required: true,
          description: "SHA-256 in hex",
          schema: { type: "string", pattern: "^[0-9a-f]{64}$" },
        },
      ],
      answers: { "200": { description: "The component.", content: { "application/wasm": { type: "string" } } } },
      async handle(ctx, { digest = "" }) {
        const isDigest = /^[0-9a-f]{64}$/.test(digest);
        const component = isDigest ? await engine.functions.component(digest) : undefined;
        if (component === undefined)
          throw new EventoError("COMPONENT_UNKNOWN", `found no component ${digest.slice(0, 80)}`, {
            hint: "GET /functions/{name}/versions lists the digests of a function",
          });
        ctx.status = 200;
        ctx.type = "application/wasm";
        ctx.body = component;
      },
    },
  ];
}

async function* chunksAfter(after: number, { engine, log }: { engine: Engine; log: StoredLog }) {
  const end = engine.head.group;
  if (after >= end) return;
  let frames: Uint8Array[] = [];
  let bytes = 0;
  for await (const group of log.store.after(after)) {
    const frame = frameOf(group);
    frames.push(frame);
    bytes += frame.length;
    const isLast = group.number >= end;
    if (bytes < chunkBytesMin && !isLast) continue;
    yield Buffer.concat(frames);
    if (isLast) return;
    frames = [];
    bytes = 0;
  }
}
