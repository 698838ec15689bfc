// The fold of `evento:host`: what is deployed is nothing but the sum of its events.

export type DeployedFunction = {
  readonly version: number;
  readonly digest: string;
  /** ISO 8601, UTC. */
  readonly deployed_at: string;
  readonly kinds: readonly ("handler" | "aggregator" | "dispatcher")[];
  readonly aggregate: string | null;
  readonly events: readonly string[];
  readonly schemas: { readonly [aggregateType: string]: string };
  readonly rules: string | null;
};

export type FunctionHistory = {
  readonly active: number;
  readonly since: number;
  readonly versions: readonly DeployedFunction[];
};

/** What somebody may do with a token: of the token itself nothing is kept here. */
export type GrantedToken = {
  readonly name: string;
  readonly scopes: readonly string[];
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly expires: string | null;
};

/** Calls of one kind that were refused. */
export type RefusedAccess = {
  readonly code: string;
  /** Name of the token; empty for a caller that is not known. */
  readonly caller: string;
  readonly address: string;
  readonly method: string;
  /** The pattern of the route, without ids. */
  readonly route: string;
  /** The scope that was missing. */
  readonly scope: string | null;
  readonly count: number;
  /** ISO 8601, UTC. */
  readonly since: string;
};

export type HostState = {
  readonly functions: ReadonlyMap<string, FunctionHistory>;
  /** Fingerprints by aggregate type, the oldest first. */
  readonly schemas: ReadonlyMap<string, readonly string[]>;
  /** Tokens that hold, by name. */
  readonly tokens: ReadonlyMap<string, GrantedToken>;
};

/** Payloads of the events of `evento:host`, by type. */
export type HostEvent =
  | {
      readonly type: "FunctionDeployed";
      readonly payload: { readonly name: string; readonly function: DeployedFunction };
    }
  | { readonly type: "FunctionRolledBack"; readonly payload: { readonly name: string; readonly version: number } }
  | { readonly type: "FunctionRemoved"; readonly payload: { readonly name: string } }
  | {
      readonly type: "SchemaRegistered";
      readonly payload: {
        readonly aggregate_type: string;
        readonly version: number;
        readonly fingerprint: string;
        readonly schema: string;
      };
    }
  | {
      readonly type: "CommandParked";
      readonly payload: {
        readonly command_id: string;
        readonly command_type: string;
        readonly entity: string;
        readonly attempts: number;
        readonly reason: string;
      };
    }
  | { readonly type: "CommandRetried"; readonly payload: { readonly command_id: string; readonly reason: string } }
  | {
      readonly type: "DispatchParked";
      readonly payload: { readonly dispatcher: string; readonly event_id: string; readonly reason: string };
    }
  | { readonly type: "DispatchRetried"; readonly payload: { readonly dispatcher: string; readonly event_id: string } }
  | { readonly type: "TokenGranted"; readonly payload: GrantedToken }
  | { readonly type: "TokenRevoked"; readonly payload: { readonly name: string } }
  | { readonly type: "AccessRefused"; readonly payload: RefusedAccess }
  | {
      readonly type: "LogRecovered";
      readonly payload: {
        readonly previous_log: string;
        readonly code: string;
        readonly lost_from_position: number;
        readonly acknowledged_position: number | null;
        readonly dropped_groups: number;
        readonly hash: string;
      };
    };

export const emptyHost: HostState = { functions: new Map(), schemas: new Map(), tokens: new Map() };

/** The version of a function that is in charge now. */
export function activeVersion(history: FunctionHistory): DeployedFunction {
  const version = history.versions.find((candidate) => candidate.version === history.active);
  if (version === undefined) throw new Error(`invariant broken: no version ${history.active} among those deployed`);
  return version;
}

/** State after one more event of `evento:host`; `position` is where the event lies in the log. */
export function foldHost(state: HostState, event: HostEvent, position: number): HostState {
  switch (event.type) {
    case "FunctionDeployed": {
      const { name, function: deployed } = event.payload;
      const history = state.functions.get(name);
      return withFunction(state, name, {
        active: deployed.version,
        // A dispatcher that was there goes on where it is; a new one begins with what comes after it.
        since: history?.since ?? position,
        versions: [...(history?.versions ?? []), deployed],
      });
    }
    case "FunctionRolledBack": {
      const history = state.functions.get(event.payload.name);
      if (history === undefined)
        throw new Error(`invariant broken: rollback of the unknown function ${event.payload.name}`);
      return withFunction(state, event.payload.name, { ...history, active: event.payload.version });
    }
    case "FunctionRemoved": {
      const functions = new Map(state.functions);
      functions.delete(event.payload.name);
      return { ...state, functions };
    }
    case "SchemaRegistered": {
      const { aggregate_type, fingerprint } = event.payload;
      const fingerprints = [...(state.schemas.get(aggregate_type) ?? []), fingerprint];
      return { ...state, schemas: new Map(state.schemas).set(aggregate_type, fingerprints) };
    }
    case "TokenGranted":
      return { ...state, tokens: new Map(state.tokens).set(event.payload.name, event.payload) };
    case "TokenRevoked": {
      const tokens = new Map(state.tokens);
      tokens.delete(event.payload.name);
      return { ...state, tokens };
    }
    case "CommandParked":
    case "CommandRetried":
    case "DispatchParked":
    case "DispatchRetried":
    case "AccessRefused":
    case "LogRecovered":
      return state;
  }
}

function withFunction(state: HostState, name: string, history: FunctionHistory): HostState {
  return { ...state, functions: new Map(state.functions).set(name, history) };
}

/** The state as JSON, of the form that the schema's root record has. What tokens there are is told by the file of them. */
export function hostStateJson(state: HostState): unknown {
  return { functions: Object.fromEntries(state.functions), schemas: Object.fromEntries(state.schemas) };
}
