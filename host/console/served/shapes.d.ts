// What the host's API answers, as far as the console reads it; `/openapi.json` has the whole.
export type Cause = { readonly kind: string; readonly id: string };

type Envelope = {
  readonly id: string;
  readonly entity: string;
  readonly aggregate: string;
  readonly aggregate_type: string;
  readonly time: string;
  readonly cause: Cause;
  readonly root_cause: string;
  readonly depth: number;
  readonly payload: unknown;
};
export type Command = Envelope & { readonly command_type: string; readonly not_before?: string };
export type Event = Envelope & { readonly event_type: string; readonly sequence: number; readonly position: number };
export type CommandView = {
  readonly command: Command;
  readonly status: "pending" | "done" | "parked";
  readonly attempts: number;
  readonly last_error: string | null;
  readonly events: readonly Event[];
};
export type CommandPage = { readonly commands: readonly CommandView[]; readonly next: string | null };
export type EventPage = { readonly events: readonly Event[]; readonly next: number };

export type AggregateEntry = { readonly aggregate: string; readonly sequence: number };
export type AggregatePage = { readonly aggregates: readonly AggregateEntry[]; readonly next: string | null };
export type Aggregate = {
  readonly aggregate: string;
  readonly aggregate_type: string;
  readonly sequence: number;
  readonly state: unknown;
};

export type CommandNode = {
  readonly kind: "command";
  readonly command: Command;
  readonly status: CommandView["status"];
  readonly attempts: number;
  readonly last_error: string | null;
  readonly children: readonly TraceNode[];
};
export type EventNode = { readonly kind: "event"; readonly event: Event; readonly children: readonly TraceNode[] };
export type TraceNode = CommandNode | EventNode;
export type Trace = {
  readonly kind: "external";
  readonly id: string;
  readonly children: readonly TraceNode[];
  readonly truncated: boolean;
};

export type FunctionProcess = {
  readonly state: string;
  readonly processes: readonly { readonly pid: number; readonly up_ms: number; readonly in_flight: number }[];
  readonly calls: number;
  readonly failures: number;
  readonly restarts: number;
  readonly latency_us: { readonly mean: number; readonly max: number };
  readonly last_errors: readonly { readonly time: number; readonly reason: string }[];
};
export type FunctionLine = {
  readonly number: number;
  readonly time: number;
  readonly digest: string;
  readonly level: string;
  readonly about?: string;
  readonly message: string;
};
export type FunctionVersion = {
  readonly name: string;
  readonly version: number;
  readonly digest: string;
  readonly deployed_at: string;
  readonly kinds: readonly string[];
  readonly aggregate: string | null;
  readonly events: readonly string[];
  readonly schemas: { readonly [aggregate: string]: string };
};
export type FunctionView = FunctionVersion & { readonly lag?: number; readonly process?: FunctionProcess };

export type AvroType = string | readonly AvroType[] | AvroObject;
export type AvroObject = {
  readonly type: AvroType;
  readonly name?: string;
  readonly namespace?: string;
  readonly doc?: string;
  readonly fields?: readonly AvroField[];
  readonly symbols?: readonly string[];
  readonly items?: AvroType;
  readonly values?: AvroType;
  readonly logicalType?: string;
  readonly scale?: number;
  readonly evento?: string;
  readonly entity?: string;
};
export type AvroField = {
  readonly name: string;
  readonly type: AvroType;
  readonly doc?: string;
  readonly default?: unknown;
  readonly references?: string;
};
export type Schema = {
  readonly aggregate_type: string;
  readonly version: number;
  readonly fingerprint: string;
  readonly versions: readonly string[];
  readonly schema: readonly AvroObject[];
};

export type KafkaStatus = {
  readonly state: string;
  readonly lag: number;
  readonly position?: number;
  readonly published?: number;
  readonly taken?: number;
  readonly refused?: number;
  readonly last_error?: { readonly time: number; readonly code: string; readonly message: string };
};
export type Health = {
  readonly status: string;
  readonly checks: { readonly [check: string]: string };
  readonly kafka?: KafkaStatus;
  readonly kafka_intake?: KafkaStatus;
};
export type Log = { readonly id: string; readonly created: string; readonly groups: number; readonly position: number };
