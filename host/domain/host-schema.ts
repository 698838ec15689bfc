// The schema of the built-in aggregate `evento:host`: Evento's own history, in the same log as everybody's events.

/** Entity id of the built-in aggregate, and its aggregate type (the namespace of its schema). */
export const hostAggregate = "evento:host";
export const hostAggregateType = "evento";

const optionalText = { type: ["null", "string"], default: null };
const texts = { type: "array", items: "string" };
const timeMillis = { type: "long", logicalType: "timestamp-millis" };

/** The Avro schema, in the same form as a user's. It grows at its end only, and what is there stays: the newest reads all that was ever stored. */
export const hostSchema: readonly unknown[] = [
  {
    type: "record",
    name: "DeployedFunction",
    namespace: "evento",
    fields: [
      { name: "version", type: "int", doc: "Counts from 1; a rollback makes an earlier one active again." },
      { name: "digest", type: "string", doc: "SHA-256 of the component or of the rules, in hex." },
      { name: "deployed_at", type: { type: "long", logicalType: "timestamp-millis" } },
      { name: "kinds", type: texts },
      { name: "aggregate", ...optionalText, doc: "What a handler or aggregator is in charge of." },
      { name: "events", type: texts, default: [], doc: "What a dispatcher reads, as Aggregate.Event, or *." },
      {
        name: "schemas",
        type: { type: "map", values: "string" },
        doc: "Fingerprints of the schemas it was built with, by aggregate.",
      },
      { name: "rules", ...optionalText, doc: "JSON text of a rule-based dispatcher." },
    ],
  },
  {
    type: "record",
    name: "FunctionHistory",
    namespace: "evento",
    fields: [
      { name: "active", type: "int" },
      {
        name: "since",
        type: "long",
        doc: "Position of the event by which a dispatcher began; it reads what came after.",
      },
      { name: "versions", type: { type: "array", items: "evento.DeployedFunction" } },
    ],
  },
  {
    type: "record",
    name: "Host",
    namespace: "evento",
    evento: "root",
    entity: "evento",
    fields: [
      { name: "functions", type: { type: "map", values: "evento.FunctionHistory" } },
      {
        name: "schemas",
        type: { type: "map", values: texts },
        doc: "Fingerprints by aggregate, the oldest first.",
      },
    ],
  },
  {
    type: "record",
    name: "FunctionDeployed",
    namespace: "evento",
    evento: "event",
    fields: [
      { name: "name", type: "string" },
      { name: "function", type: "evento.DeployedFunction" },
    ],
  },
  {
    type: "record",
    name: "FunctionRolledBack",
    namespace: "evento",
    evento: "event",
    fields: [
      { name: "name", type: "string" },
      { name: "version", type: "int" },
    ],
  },
  {
    type: "record",
    name: "FunctionRemoved",
    namespace: "evento",
    evento: "event",
    fields: [{ name: "name", type: "string" }],
  },
  {
    type: "record",
    name: "SchemaRegistered",
    namespace: "evento",
    evento: "event",
    fields: [
      { name: "aggregate_type", type: "string" },
      { name: "version", type: "int" },
      { name: "fingerprint", type: "string" },
      { name: "schema", type: "string", doc: "The JSON text." },
    ],
  },
  {
    type: "record",
    name: "CommandParked",
    namespace: "evento",
    evento: "event",
    fields: [
      { name: "command_id", type: "string" },
      { name: "command_type", type: "string" },
      { name: "entity", type: "string" },
      { name: "attempts", type: "int" },
      { name: "reason", type: "string" },
    ],
  },
  {
    type: "record",
    name: "CommandRetried",
    namespace: "evento",
    evento: "event",
    fields: [
      { name: "command_id", type: "string" },
      { name: "reason", type: "string" },
    ],
  },
  {
    type: "record",
    name: "DispatchParked",
    namespace: "evento",
    evento: "event",
    fields: [
      { name: "dispatcher", type: "string" },
      { name: "event_id", type: "string" },
      { name: "reason", type: "string" },
    ],
  },
  {
    type: "record",
    name: "DispatchRetried",
    namespace: "evento",
    evento: "event",
    fields: [
      { name: "dispatcher", type: "string" },
      { name: "event_id", type: "string" },
    ],
  },
  {
    type: "record",
    name: "TokenGranted",
    namespace: "evento",
    evento: "event",
    fields: [
      { name: "name", type: "string" },
      { name: "scopes", type: texts },
      { name: "created", type: timeMillis },
      { name: "expires", type: ["null", timeMillis], default: null },
    ],
  },
  {
    type: "record",
    name: "TokenRevoked",
    namespace: "evento",
    evento: "event",
    fields: [{ name: "name", type: "string" }],
  },
  {
    type: "record",
    name: "AccessRefused",
    namespace: "evento",
    evento: "event",
    fields: [
      { name: "code", type: "string" },
      { name: "caller", type: "string", doc: "Name of the token; empty for a caller that is not known." },
      { name: "address", type: "string" },
      { name: "method", type: "string" },
      { name: "route", type: "string" },
      { name: "scope", ...optionalText, doc: "What was missing." },
      { name: "count", type: "long", doc: "Refusals of this kind since then that were not told before." },
      { name: "since", type: timeMillis },
    ],
  },
  {
    type: "record",
    name: "LogRecovered",
    namespace: "evento",
    evento: "event",
    doc: "The log had lost its end, and somebody has accepted that: it goes on from here under an identity of its own.",
    fields: [
      { name: "previous_log", type: "string", doc: "Identity of the log that lost its end." },
      { name: "code", type: "string", doc: "Why it was refused." },
      { name: "lost_from_position", type: "long" },
      {
        name: "acknowledged_position",
        type: ["null", "long"],
        default: null,
        doc: "Position that it is known to have reached; null when nobody knows.",
      },
      { name: "dropped_groups", type: "long", doc: "Groups that were still there and could not be kept." },
      { name: "hash", type: "string", doc: "Chain over all that was kept, in hex." },
    ],
  },
];
