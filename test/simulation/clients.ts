// Clients: they post, repeat, ask, deploy and retry, remember what they were told, and send again what was not answered.
import type { Posted, PostedEvent } from "../../host/engine/engine.ts";
import type { AggregateView, CommandView, EventJson } from "../../host/engine/views.ts";
import { EventoError } from "../../host/errors.ts";
import { changes } from "./changes.ts";
import { accountIds, cardIds, drawPost, withOtherBody, type Post } from "./posts.ts";
import type { SimulatedHost } from "./simulated-host.ts";
import { holds, toError, Violation } from "./violation.ts";
import type { World } from "./world.ts";

/** What somebody was told, and must find for ever. */
export type Receipt =
  | { readonly kind: "accepted"; readonly post: Post }
  | { readonly kind: "done"; readonly post: Post; readonly events: readonly EventJson[] };

/** Posts under way at once. */
const underWayMax = 12;

export class Clients {
  readonly #world: World;
  readonly receipts: Receipt[] = [];
  /** States that were read. */
  readonly reads: AggregateView[] = [];
  /** Posts that were refused and never sent again: nothing of them may be anywhere. */
  readonly refused = new Map<string, string>();
  /** Posts without an answer so far. */
  readonly unanswered = new Map<string, Post>();
  readonly #parked = new Set<string>();
  readonly #wereParked = new Set<string>();
  readonly #done = new Map<string, Extract<Receipt, { kind: "done" }>>();
  readonly #accepted = new Set<string>();
  /** What has been shown of each aggregate: nobody may see it go back. */
  readonly #sequences = new Map<string, number>();
  readonly #underWay = new Map<string, number>();
  #underWayCount = 0;
  #changingCount = 0;
  #postCount = 0;
  /** The first thing that went wrong while nobody waited. */
  failure: Error | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  /** Whether what is deployed is being changed. */
  get changing(): boolean {
    return this.#changingCount > 0;
  }

  get idle(): boolean {
    return this.#underWayCount === 0;
  }

  /** A host has died: what was under way is not answered any more. */
  hostDied(): void {
    this.#underWay.clear();
    this.#changingCount = 0;
    this.#underWayCount = 0;
  }

  /** Somebody does something. */
  act(host: SimulatedHost): void {
    if (this.#underWayCount >= underWayMax) return;
    const { random } = this.#world;
    const choice = random.fraction();
    if (choice < 0.55) this.#send(host, drawPost(random, `post-${++this.#postCount}`, this.reads));
    else if (choice < 0.65) this.#sendAgain(host);
    else if (choice < 0.7) this.#sendOtherBody(host);
    else if (choice < 0.82) this.#read(host);
    else if (choice < 0.86) this.#retryParked(host);
    else this.#change(host);
  }

  /** Sends everything again that was not answered. */
  resend(host: SimulatedHost): void {
    for (const post of this.unanswered.values()) if (!this.#underWay.has(post.id)) this.#send(host, post);
  }

  #sendAgain(host: SimulatedHost): void {
    const posts = [...this.unanswered.values(), ...this.receipts.map(({ post }) => post)];
    if (posts.length > 0) this.#send(host, this.#world.random.of(posts));
  }

  /** The same id for something else, after the first was acknowledged: it must be refused. */
  #sendOtherBody(host: SimulatedHost): void {
    if (this.receipts.length === 0) return;
    const { post } = this.#world.random.of(this.receipts);
    this.#watch(host, async () => {
      try {
        await (await send(host, withOtherBody(post))).outcome();
      } catch (error) {
        if (!host.life.alive || !(error instanceof EventoError)) throw error;
        holds(
          error.code === "ID_CONFLICT" || error.retryable,
          "I7",
          () => `${post.id} with another body was refused with ${error.code}`,
        );
        return;
      }
      if (host.life.alive) throw new Violation("I7", `${post.id} was taken with another body than at first`);
    });
  }

  #send(host: SimulatedHost, post: Post): void {
    this.#world.trace.add(`client: ${post.kind} ${post.id} ${JSON.stringify(post)}`);
    this.unanswered.set(post.id, post);
    this.refused.delete(post.id);
    this.#underWay.set(post.id, (this.#underWay.get(post.id) ?? 0) + 1);
    this.#watch(host, async () => {
      try {
        const posted = await send(host, post);
        if ("durable" in posted && !("expected_sequence" in post))
          void posted.durable.then(
            () => this.#noteAccepted(host, post),
            () => {},
          );
        const outcome = await posted.outcome();
        if (host.life.alive) this.#noteOutcome(post, outcome);
      } catch (error) {
        if (!host.life.alive || !(error instanceof EventoError)) throw error;
        this.#noteRefusal(post, error);
      }
    });
  }

  #noteAccepted(host: SimulatedHost, post: Post): void {
    if (!host.life.alive || this.#accepted.has(post.id)) return;
    this.#accepted.add(post.id);
    this.receipts.push({ kind: "accepted", post });
  }

  #noteOutcome(post: Post, outcome: CommandView | EventJson): void {
    this.#settle(post.id);
    this.unanswered.delete(post.id);
    if ("status" in outcome && outcome.status === "parked") {
      this.#parked.add(post.id);
      this.#wereParked.add(post.id);
      return;
    }
    const events = "status" in outcome ? outcome.events : [outcome];
    // One that was parked and retried runs whenever it can.
    const isFirst = post.kind === "command" && !this.#wereParked.has(post.id);
    const expected = isFirst ? post.expected_sequence : undefined;
    holds(
      expected === undefined || events[0]?.sequence === expected + 1,
      "expected-sequence",
      () => `${post.id} expected the sequence ${expected} and was done with event ${events[0]?.sequence}`,
    );
    const known = this.#done.get(post.id);
    holds(
      known === undefined || JSON.stringify(known.events) === JSON.stringify(events),
      "I7",
      () => `${post.id} ended in ${JSON.stringify(known?.events)} and then in ${JSON.stringify(events)}`,
    );
    for (const { aggregate, sequence } of events) this.#noteSequence(aggregate, sequence);
    if (known !== undefined) return;
    this.#world.trace.add(`client: ${post.id} is done with ${events.map(({ position }) => position).join(" ")}`);
    const receipt = { kind: "done", post, events } as const;
    this.#done.set(post.id, receipt);
    this.receipts.push(receipt);
  }

  #noteRefusal(post: Post, { code, retryable }: EventoError): void {
    this.#world.trace.add(`client: ${post.id} is refused with ${code}`);
    this.#settle(post.id);
    holds(
      code !== "ID_CONFLICT",
      "I7",
      () => `${post.id} was refused as a conflict and was never sent with another body`,
    );
    holds(
      !this.#done.has(post.id) || retryable,
      "I7",
      () => `${post.id} is done, and a repetition was refused with ${code}`,
    );
    if (retryable || this.#accepted.has(post.id)) return;
    this.unanswered.delete(post.id);
    // Another try of the same post may yet succeed.
    if (!this.#underWay.has(post.id) && !this.#done.has(post.id)) this.refused.set(post.id, code);
  }

  #settle(id: string): void {
    const count = (this.#underWay.get(id) ?? 1) - 1;
    if (count === 0) this.#underWay.delete(id);
    else this.#underWay.set(id, count);
  }

  #read(host: SimulatedHost): void {
    const { random } = this.#world;
    const entity = random.of([...accountIds, ...cardIds, "ledger:main"]);
    const known = this.#sequences.get(entity) ?? 0;
    const moment = random.chance(0.3) ? ({ kind: "sequence", sequence: random.below(known + 2) } as const) : undefined;
    this.#watch(host, async () => {
      const view = await ignoringRefusal(() => host.engine.queries.aggregate(entity, moment));
      if (view === undefined || !host.life.alive) return;
      this.#world.trace.add(`client: reads ${JSON.stringify(view)}`);
      const wanted = moment?.sequence ?? view.sequence;
      holds(
        view.sequence === wanted && (moment !== undefined || view.sequence >= known),
        "I16",
        () =>
          `${entity} was shown at ${view.sequence}, after ${known} was known${moment ? ` and ${wanted} asked for` : ""}`,
      );
      this.#noteSequence(view.aggregate, view.sequence);
      this.reads.push(view);
    });
  }

  #noteSequence(aggregate: string, sequence: number): void {
    this.#sequences.set(aggregate, Math.max(sequence, this.#sequences.get(aggregate) ?? 0));
  }

  #retryParked(host: SimulatedHost): void {
    const ids = [...this.#parked];
    if (ids.length === 0) return;
    const id = this.#world.random.of(ids);
    this.#parked.delete(id);
    this.#world.trace.add(`client: retries ${id}`);
    // Two people may do so at once.
    for (let times = this.#world.random.chance(0.3) ? 2 : 1; times > 0; times--)
      this.#watch(host, async () => {
        await ignoringRefusal(() => host.engine.retry(id));
      });
  }

  /** Deploys, rolls back or removes something. */
  #change(host: SimulatedHost): void {
    const change = this.#world.random.of(changes);
    this.#world.trace.add(`client: ${change.label}`);
    this.#changingCount++;
    this.#watch(host, async () => {
      await ignoringRefusal(() => change.make(host.engine.deployment));
      if (host.life.alive) this.#changingCount--;
    });
  }

  /** Waits for something in the background; what goes wrong is told by `failure`. */
  #watch(host: SimulatedHost, call: () => Promise<void>): void {
    this.#underWayCount++;
    const { life } = host;
    call()
      .catch((error: unknown) => {
        // What a dying host answers was heard by nobody.
        if (life.alive) this.failure ??= toError(error);
      })
      .finally(() => {
        if (life.alive) this.#underWayCount--;
      });
  }
}

function send({ engine }: SimulatedHost, post: Post): Promise<Posted | PostedEvent> {
  return post.kind === "command" ? engine.post(post) : engine.postEvent(post);
}

/** What a call answers; undefined when it was refused. */
async function ignoringRefusal<Result>(call: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof EventoError) return undefined;
    throw error;
  }
}
