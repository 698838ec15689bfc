// Who is behind one request, and what they may do. What they may not do is told to the history as it is refused.
import { EventoError } from "../errors.ts";
import type { Grant } from "./grant.ts";
import { scopeText, type Action } from "./scope.ts";

export class Caller {
  readonly #grant: Grant;
  readonly #onRefusal: (refused: { code: "UNAUTHENTICATED" | "FORBIDDEN"; scope: string | null }) => void;

  constructor(given: {
    grant: Grant;
    onRefusal: (refused: { code: "UNAUTHENTICATED" | "FORBIDDEN"; scope: string | null }) => void;
  }) {
    this.#grant = given.grant;
    this.#onRefusal = given.onRefusal;
  }

  /** Of the token; empty for who needs none. */
  get name(): string {
    return this.#grant.name;
  }

  /** False once the token was revoked or has expired: streams end then. */
  get isAdmitted(): boolean {
    return this.#grant.isLive();
  }

  /** @param aggregateType - undefined asks for all of them */
  may(action: Action, aggregateType?: string): boolean {
    return this.#grant.scopes.allows(action, aggregateType);
  }

  /** Whether one of the actions is allowed for any type of aggregate. */
  maySome(actions: readonly Action[]): boolean {
    return actions.some((action) => this.#grant.scopes.allowsSome(action));
  }

  /**
   * @param aggregateType - undefined asks for all of them
   * @throws EventoError FORBIDDEN; UNAUTHENTICATED when the grant has ended since
   */
  require(action: Action, aggregateType?: string): void {
    this.requireAdmitted();
    if (!this.may(action, aggregateType)) throw this.refused(scopeText(action, aggregateType));
  }

  /**
   * Asks for the right to read all, unless the caller may do one of some other things.
   *
   * @throws EventoError FORBIDDEN; UNAUTHENTICATED when the grant has ended since
   */
  requireReadOr(...others: readonly Action[]): void {
    if (!others.some((action) => this.may(action))) this.require("read");
  }

  /** @throws EventoError FORBIDDEN when none of the actions is allowed for any type of aggregate */
  requireSome(actions: readonly Action[]): void {
    if (!this.maySome(actions)) throw this.refused(actions.join(" or "));
  }

  /** @throws EventoError UNAUTHENTICATED */
  requireAdmitted(): void {
    if (this.isAdmitted) return;
    this.#onRefusal({ code: "UNAUTHENTICATED", scope: null });
    throw new EventoError("UNAUTHENTICATED", "found a token that was revoked or has expired", {
      hint: "ask who runs the host for another",
    });
  }

  /** The error for a missing scope, told to the history. */
  refused(scope: string): EventoError {
    this.#onRefusal({ code: "FORBIDDEN", scope });
    return new EventoError("FORBIDDEN", `found a token without the scope ${scope}`, {
      hint: "ask who runs the host for a token that has it",
    });
  }
}
