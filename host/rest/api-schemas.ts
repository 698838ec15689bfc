// The named schemas of the OpenAPI document: what bodies look like.
import type { JsonSchema } from "./route.ts";

const text = { type: "string" } as const;
const whole = { type: "integer", minimum: 0 } as const;
const time = { type: "string", format: "date-time" } as const;
const payload = { description: "In the JSON form of the schema's record." } as const;

function object(
  required: { readonly [name: string]: JsonSchema },
  optional: { readonly [name: string]: JsonSchema } = {},
): JsonSchema {
  return {
    type: "object",
    required: Object.keys(required),
    properties: { ...required, ...optional },
    additionalProperties: false,
  };
}

const cause = object({ kind: { enum: ["external", "command", "event"] }, id: text });
const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });
const envelope = {
  entity: text,
  aggregate: text,
  aggregate_type: text,
  time,
  cause,
  root_cause: text,
  depth: whole,
  payload,
};
const node = { kind: { enum: ["command", "event"] } };

export const apiSchemas: { readonly [name: string]: JsonSchema } = {
  CommandPost: object({ entity: text, command_type: text }, { payload, id: text, expected_sequence: whole }),
  EventPost: object({ entity: text, event_type: text }, { payload, id: text }),
  Command: object({ id: text, command_type: text, ...envelope }, { not_before: time }),
  Event: object({ id: text, event_type: text, sequence: whole, position: whole, ...envelope }),
  CommandView: object({
    command: ref("Command"),
    status: { enum: ["pending", "done", "parked"] },
    attempts: whole,
    last_error: { type: ["string", "null"] },
    events: { type: "array", items: ref("Event") },
  }),
  Aggregate: object({ aggregate: text, aggregate_type: text, sequence: whole, state: payload }),
  Trace: object({
    kind: { const: "external" },
    id: text,
    children: { type: "array", items: ref("TraceNode") },
    truncated: { type: "boolean" },
  }),
  TraceNode: {
    oneOf: [
      object({
        ...node,
        command: ref("Command"),
        status: { enum: ["pending", "done", "parked"] },
        attempts: whole,
        last_error: { type: ["string", "null"] },
        children: { type: "array", items: ref("TraceNode") },
      }),
      object({ ...node, event: ref("Event"), children: { type: "array", items: ref("TraceNode") } }),
    ],
  },
  DeployedFunction: object(
    {
      name: text,
      version: whole,
      digest: text,
      deployed_at: time,
      kinds: { type: "array", items: { enum: ["handler", "aggregator", "dispatcher"] } },
      aggregate: { type: ["string", "null"] },
      events: { type: "array", items: text },
      schemas: { type: "object", additionalProperties: text },
    },
    { rules: ref("Rules") },
  ),
  FunctionView: object(
    {
      name: text,
      version: whole,
      digest: text,
      deployed_at: time,
      kinds: { type: "array", items: { enum: ["handler", "aggregator", "dispatcher"] } },
      aggregate: { type: ["string", "null"] },
      events: { type: "array", items: text },
      schemas: { type: "object", additionalProperties: text },
    },
    {
      lag: { ...whole, description: "Events that the dispatcher has yet to see." },
      process: {
        type: "object",
        description: "State, processes, calls, failures and times. Rules have none: they are data.",
      },
    },
  ),
  FunctionLine: object(
    {
      number: whole,
      time: { ...whole, description: "Milliseconds since 1970." },
      digest: text,
      level: { enum: ["trace", "debug", "info", "warn", "error"] },
      message: text,
    },
    { about: { ...text, description: "Id of the command or event that the function was called with." } },
  ),
  Rules: {
    type: "object",
    required: ["rules"],
    properties: {
      rules: {
        type: "array",
        items: object(
          {
            on: { ...text, description: "Aggregate.Event, or *." },
            dispatch: {
              type: "array",
              items: object(
                { entity: { ...text, description: "CEL; a list makes one command each." }, command_type: text },
                {
                  payload: { type: "object", description: "Texts are CEL; other values stand for themselves." },
                  not_before: { ...text, description: "CEL." },
                },
              ),
            },
          },
          { when: { ...text, description: "CEL over event and referrers." } },
        ),
      },
    },
    additionalProperties: false,
  },
  Schema: object({
    aggregate_type: text,
    version: whole,
    fingerprint: text,
    versions: { type: "array", items: text },
    schema: { type: "array", items: { type: "object" } },
  }),
  Log: object({ id: text, created: text, groups: whole, position: whole }),
  Health: object(
    { status: { enum: ["ok", "unavailable"] }, checks: { type: "object", additionalProperties: { type: "string" } } },
    {
      kafka: { type: "object", description: "State, position and lag of publishing, when brokers are named." },
      isolation_level: { enum: [0, 1, 2], description: "How well function processes are shut in." },
      kafka_intake: { type: "object", description: "State and lag of what comes in from Kafka, when it does." },
    },
  ),
  Problem: object(
    { type: text, title: text, status: whole, detail: text, code: text },
    { hint: text, errors: { type: "array", items: object({ path: text, message: text }) }, line: whole },
  ),
};
