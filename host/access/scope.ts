// What a caller may do. A scope is an action, and for some actions the type of aggregate that it is about:
//
//   commands:T  events:T  read:T  read  deploy  operate        T is an aggregate type, or * for all of them

export type Action = "commands" | "events" | "read" | "deploy" | "operate";

export type Scope = {
  readonly action: Action;
  /** Undefined for all of them. */
  readonly aggregateType: string | undefined;
};

const pattern = /^(?:(commands|events|read):(\*|[A-Za-z_][A-Za-z0-9_.]{0,254})|(read|deploy|operate))$/;

/** What people are told when a scope is none. */
export const scopeForms = "commands:T, events:T, read, read:T, deploy or operate, with an aggregate type or * for T";

/** Reads a scope; undefined when it is none. */
export function scopeOf(text: string): Scope | undefined {
  const match = pattern.exec(text);
  const action = match?.[1] ?? match?.[3];
  if (action === undefined) return undefined;
  const aggregateType = match?.[2];
  // The pattern knows these actions and no others.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { action: action as Action, aggregateType: aggregateType === "*" ? undefined : aggregateType };
}

/** A scope as text, such as a refusal names it. @param aggregateType - undefined for all of them */
export function scopeText(action: Action, aggregateType?: string): string {
  if (action === "deploy" || action === "operate") return action;
  return `${action}:${aggregateType ?? "*"}`;
}

/** Scopes of one caller. */
export class ScopeSet {
  readonly #scopes: readonly Scope[];

  constructor(scopes: readonly Scope[]) {
    this.#scopes = scopes;
  }

  /** @param aggregateType - undefined asks for all of them */
  allows(action: Action, aggregateType?: string): boolean {
    return this.#scopes.some(
      (scope) =>
        scope.action === action && (scope.aggregateType === undefined || scope.aggregateType === aggregateType),
    );
  }

  /** Whether the action is allowed for any type of aggregate. */
  allowsSome(action: Action): boolean {
    return this.#scopes.some((scope) => scope.action === action);
  }
}

/** Who may do everything: everybody, on a host that asks for no tokens. */
export const everything = new ScopeSet(
  (["commands", "events", "read", "deploy", "operate"] as const).map((action) => ({
    action,
    aggregateType: undefined,
  })),
);
