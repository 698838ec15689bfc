// What the types that `evento codegen` makes are to the client: for each aggregate its entities, commands, events and state.

/** The types of one aggregate. Drafts are what is posted: fields with a default may be left out. */
export type AggregateTypes = {
  /** Its entity types, such as `"checking" | "card"`. */
  readonly entities: string;
  readonly commands: object;
  readonly event_drafts: object;
  readonly events: object;
  readonly state: unknown;
};

/** Every type of aggregate by its name, as in the file that `evento codegen` writes. */
type Known<Types> = { readonly [name in keyof Types]: AggregateTypes };

export type AggregateNames<Types extends Known<Types>> = keyof Types & string;
export type EntityTypes<Types extends Known<Types>> = Types[AggregateNames<Types>]["entities"];

/** The aggregate that an entity type belongs to. */
export type NameOfEntity<Types extends Known<Types>, Entity extends string> = {
  [Name in AggregateNames<Types>]: Entity extends Types[Name]["entities"] ? Name : never;
}[AggregateNames<Types>];

type OfEntity<Types extends Known<Types>, Entity extends string> = Types[NameOfEntity<Types, Entity>];

export type EntityId<Entity extends string> = `${Entity}:${string}`;

export type CommandNames<Types extends Known<Types>, Entity extends string> = keyof OfEntity<
  Types,
  Entity
>["commands"] &
  string;
export type EventNames<Types extends Known<Types>, Entity extends string> = keyof OfEntity<
  Types,
  Entity
>["event_drafts"] &
  string;

type Draft<Entity extends string, Payload> = {
  readonly entity: EntityId<Entity>;
  /** Posted again with it, it happens once; the client makes one when it is left out. */
  readonly id?: string;
  readonly payload: Payload;
};

export type CommandDraft<
  Types extends Known<Types>,
  Entity extends string,
  Name extends CommandNames<Types, Entity>,
> = Draft<Entity, OfEntity<Types, Entity>["commands"][Name]> & {
  readonly command_type: Name;
  /** Refused with SEQUENCE_MISMATCH when the aggregate is at another. */
  readonly expected_sequence?: number;
};

export type EventDraft<
  Types extends Known<Types>,
  Entity extends string,
  Name extends EventNames<Types, Entity>,
> = Draft<Entity, OfEntity<Types, Entity>["event_drafts"][Name]> & { readonly event_type: Name };

type Envelope = {
  readonly id: string;
  readonly entity: string;
  readonly aggregate: string;
  /** ISO 8601. */
  readonly time: string;
  readonly cause: { readonly kind: "command" | "event" | "external"; readonly id: string };
  readonly root_cause: string;
  readonly depth: number;
};

type EventEnvelope<Aggregate, Name, Payload> = Envelope & {
  readonly event_type: Name;
  readonly aggregate_type: Aggregate;
  /** Place in the aggregate's stream, from 1. */
  readonly sequence: number;
  /** Place in the host's log, from 1. */
  readonly position: number;
  readonly payload: Payload;
};

/** An event of one type of aggregate; `event_type` tells them apart. */
export type EventOf<Types extends Known<Types>, Name extends AggregateNames<Types>> = {
  [Aggregate in Name]: {
    [Event in keyof Types[Aggregate]["events"]]: EventEnvelope<Aggregate, Event, Types[Aggregate]["events"][Event]>;
  }[keyof Types[Aggregate]["events"]];
}[Name];

/** Any event: `aggregate_type` and `event_type` tell them apart. */
export type AnyEvent<Types extends Known<Types>> =
  | EventOf<Types, AggregateNames<Types>>
  | EventEnvelope<"evento", string, unknown>;

/** What became of a command. */
export type CommandOutcome<Types extends Known<Types>, Name extends AggregateNames<Types>> = {
  readonly status: "done";
  readonly command: Envelope & {
    readonly command_type: string;
    readonly aggregate_type: Name;
    readonly payload: unknown;
  };
  readonly attempts: number;
  readonly events: readonly EventOf<Types, Name>[];
};

export type AggregateView<Types extends Known<Types>, Name extends AggregateNames<Types>> = {
  readonly aggregate: string;
  readonly aggregate_type: Name;
  readonly sequence: number;
  readonly state: Types[Name]["state"];
};
