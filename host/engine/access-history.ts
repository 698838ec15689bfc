// Who was let in and who was not, as events of `evento:host`. Names and scopes only: a token, or its hash, is never among them.
import type { GrantedToken, HostEvent, RefusedAccess } from "../domain/host-state.ts";
import type { Chance } from "../ports/clock.ts";
import type { Journal } from "../ports/journal.ts";
import type { Deployments } from "./deployments.ts";
import type { HostStream } from "./host-stream.ts";
import type { LogClock } from "./log-clock.ts";

export class AccessHistory {
  readonly #journal: Journal;
  readonly #clock: LogClock;
  readonly #chance: Chance;
  readonly #deployments: Deployments;
  readonly #host: HostStream;

  constructor(given: {
    journal: Journal;
    clock: LogClock;
    chance: Chance;
    deployments: Deployments;
    host: HostStream;
  }) {
    this.#journal = given.journal;
    this.#clock = given.clock;
    this.#chance = given.chance;
    this.#deployments = given.deployments;
    this.#host = given.host;
  }

  async refused(refusals: readonly RefusedAccess[]): Promise<void> {
    await this.#append(refusals.map((refusal) => ({ type: "AccessRefused", payload: refusal })));
  }

  /** Makes events of what is different from the tokens that the history knows of. */
  async grantsAre(tokens: readonly GrantedToken[]): Promise<void> {
    const known = this.#deployments.state.tokens;
    const names = new Set(tokens.map(({ name }) => name));
    const revoked = [...known.keys()]
      .filter((name) => !names.has(name))
      .map((name): HostEvent => ({ type: "TokenRevoked", payload: { name } }));
    const granted = tokens
      .map(grantOf)
      .filter((token) => !isSame(known.get(token.name), token))
      .map((token): HostEvent => ({ type: "TokenGranted", payload: token }));
    await this.#append([...revoked, ...granted]);
  }

  async #append(events: readonly HostEvent[]): Promise<void> {
    if (events.length === 0) return;
    const call = this.#chance.id();
    const due = { cause: { kind: "external", id: call }, root_cause: call, depth: 0 } as const;
    const time = this.#clock.now();
    const appended = this.#journal.append(events.map((event) => this.#host.next(event, { time, due })));
    await appended.durable;
    for (const [index, event] of events.entries()) this.#deployments.apply(event, appended.firstPosition + index);
  }
}

/** No more of a token than the history is to have. */
function grantOf({ name, scopes, created, expires }: GrantedToken): GrantedToken {
  const inMillis = (time: string): string => new Date(time).toISOString();
  return { name, scopes, created: inMillis(created), expires: expires === null ? null : inMillis(expires) };
}

function isSame(known: GrantedToken | undefined, token: GrantedToken): boolean {
  return known !== undefined && JSON.stringify(grantOf(known)) === JSON.stringify(token);
}
