// What a client may do, each as a command of fast-check: it asks the host, and the model says what the answer has to be.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";

import * as fc from "fast-check";

import { checkCommand, checkEvent } from "./answer-checks.ts";
import type { ApiHost, Json } from "./api-host.ts";
import type { ApiModel, Expected, Post } from "./api-model.ts";
import { draftOf, sketches } from "./sketch.ts";
import { stateJson } from "./credit-account.ts";

type ApiCommand = fc.AsyncCommand<ApiModel, ApiHost>;
type Run<Choice> = (choice: Choice, model: ApiModel, host: ApiHost) => Promise<void>;

/** A command that can be given at any time. */
function always<Choice>(name: string, choices: fc.Arbitrary<Choice>, run: Run<Choice>): fc.Arbitrary<ApiCommand> {
  return choices.map((choice) => ({
    check: () => true,
    run: (model, host) => run(choice, model, host),
    toString: () => `${name} ${JSON.stringify(choice)}`,
  }));
}

/** A command about one that was posted before, by its number among them. */
function aboutEarlier<Choice>(
  name: string,
  choices: fc.Arbitrary<Choice>,
  run: (earlier: Post, choice: Choice, model: ApiModel, host: ApiHost) => Promise<void>,
): fc.Arbitrary<ApiCommand> {
  return fc.tuple(fc.nat({ max: 1_000 }), choices).map(([which, choice]) => ({
    check: (model) => model.commands.size > 0,
    run: (model, host) => {
      const posts = [...model.commands.values()].map(({ post }) => post);
      const earlier = posts[which % posts.length];
      return earlier === undefined ? Promise.resolve() : run(earlier, choice, model, host);
    },
    toString: () => `${name} ${which} ${JSON.stringify(choice)}`,
  }));
}

const nothing = fc.constant(undefined);

const post = always(
  "post",
  fc.record({
    sketch: sketches,
    expects: fc.constantFrom("none", "none", "right", "wrong"),
    manner: fc.constantFrom("wait", "wait", "key", "async"),
  }),
  async ({ sketch, expects, manner }, model, host) => {
    const draft = draftOf(sketch, model.run);
    const { length } = model.stream(model.aggregateOf(draft.entity) ?? "");
    const sequence = expects === "none" ? {} : { expected_sequence: expects === "right" ? length : length + 1 };
    const full: Post = { id: model.nextId(), ...draft, ...sequence };
    const expected = model.post(full);
    if (manner === "async") {
      const { status, headers, body } = await host.post("/commands", full, { prefer: "respond-async" });
      // Whether the sequence is the expected one is known only when the command's turn has come, which is waited for.
      if (expected.kind === "refused") return checkPosted(model, full, expected, { status, body });
      strictEqual(status, 202);
      strictEqual(headers.get("location"), `/commands/${full.id}`);
      strictEqual(body.command.id, full.id);
    }
    const { id, ...withoutId } = full;
    const { status, body } =
      manner === "key"
        ? await host.post("/commands", withoutId, { "idempotency-key": id })
        : await host.post("/commands", full, { prefer: "wait=20" });
    checkPosted(model, full, expected, { status, body });
  },
);

const repeat = aboutEarlier("repeat", nothing, async (earlier, _, model, host) => {
  const { status, body } = await host.post("/commands", earlier);
  checkPosted(model, earlier, model.post(earlier), { status, body });
});

const conflict = aboutEarlier("conflict", sketches, async (earlier, sketch, model, host) => {
  const other = { ...draftOf(sketch, model.run), id: earlier.id };
  const { status, body } = await host.post("/commands", other);
  checkPosted(model, other, model.post(other), { status, body });
});

const lookUp = aboutEarlier("look up", nothing, async (earlier, _, model, host) => {
  const { status, body } = await host.get(`/commands/${earlier.id}`);
  strictEqual(status, 200);
  checkCommand(model, earlier, model.post(earlier), body);
});

const retry = aboutEarlier("retry", nothing, async (earlier, _, model, host) => {
  const expected = model.retry(earlier.id);
  const { status, body } = await host.post(`/commands/${earlier.id}/retry`, {});
  checkPosted(model, earlier, expected, { status, body });
});

const refuse = always(
  "refuse",
  fc.constantFrom<readonly [Json, number, string]>(
    [{ entity: "nothing:1", command_type: "OpenAccount" }, 422, "ENTITY_TYPE_UNKNOWN"],
    [{ entity: "credit:1", command_type: "CloseTheBank" }, 422, "COMMAND_TYPE_UNKNOWN"],
    [{ entity: "credit:1", command_type: "ReceiveDeposit", payload: { amount: "much" } }, 422, "PAYLOAD_INVALID"],
    [{ entity: "credit:1", command_type: "ReceiveDeposit", payload: { amount: 1, n: 1 } }, 422, "PAYLOAD_INVALID"],
    [{ entity: "credit", command_type: "CloseAccount" }, 422, "ENTITY_ID_INVALID"],
    [{ command_type: "CloseAccount" }, 400, "BODY_INVALID"],
  ),
  async ([draft, status, code], model, host) => {
    const id = model.nextId();
    const answer = await host.post("/commands", { id, ...draft });
    deepStrictEqual([answer.status, answer.body.code], [status, code]);
    strictEqual((await host.get(`/commands/${id}`)).status, 404);
  },
);

/** Lines of one request: new commands, the last one again, and lines that are none. What cards are there depends on turns: no cards. */
const lines = always(
  "lines",
  fc.array(
    fc.oneof(
      {
        weight: 5,
        arbitrary: sketches.filter(({ kind }) => ["open", "deposit", "withdraw", "district"].includes(kind)),
      },
      { weight: 1, arbitrary: fc.constantFrom("again" as const, "nonsense" as const) },
    ),
    { minLength: 1, maxLength: 12 },
  ),
  async (choices, model, host) => {
    const asked: { text: string; post?: Post; expected: Expected }[] = [];
    for (const choice of choices) {
      const last = asked.findLast((line) => line.post !== undefined)?.post;
      if (choice === "nonsense" || (choice === "again" && last === undefined)) {
        asked.push({ text: "{no JSON", expected: { kind: "refused", status: 400, code: "BODY_INVALID" } });
        continue;
      }
      const post = choice === "again" ? last : { id: model.nextId(), ...draftOf(choice, model.run) };
      if (post !== undefined) asked.push({ text: JSON.stringify(post), post, expected: model.post(post) });
    }
    const { status, body } = await host.postLines(
      "/commands",
      asked.map(({ text }) => text),
    );
    strictEqual(status, 200);
    strictEqual(body.length, asked.length);
    for (const [index, { post, expected }] of asked.entries()) {
      if (post !== undefined) checkCommand(model, post, expected, body[index]);
      else deepStrictEqual([body[index].status, body[index].code], [400, "BODY_INVALID"]);
    }
  },
);

const outsideEvent = always(
  "event from outside",
  fc.record({ account: fc.nat({ max: 2 }), district: fc.integer({ min: 1, max: 77 }), which: fc.nat({ max: 1_000 }) }),
  async ({ account, district, which }, model, host) => {
    const earlier = [...model.outside.keys()];
    // Some of them again: the same district by chance, and mostly another one.
    const id = which % 3 === 0 ? earlier[which % Math.max(1, earlier.length)] : undefined;
    const entity = `credit:${model.run}-${account}`;
    const draft = { entity, event_type: "DistrictUpdated", payload: { district } };
    if (id === undefined) {
      const fresh = `${model.nextId()}-event`;
      const { status, body } = await host.post("/events", { id: fresh, ...draft });
      strictEqual(status, 201);
      checkEvent(model, model.appendOutside(fresh, draft), body.event);
      deepStrictEqual(body.event.cause, { kind: "external", id: fresh });
      model.outside.set(fresh, { draft, answer: body });
      return;
    }
    const first = model.outside.get(id);
    const conflicting = await host.post("/events", { ...draft, payload: { district: 78 }, id });
    deepStrictEqual([conflicting.status, conflicting.body.code], [409, "ID_CONFLICT"]);
    const { status, body } = await host.post("/events", { ...first?.draft, id });
    strictEqual(status, 201);
    deepStrictEqual(body, first?.answer);
  },
);

const readState = always(
  "read the state",
  fc.record({ account: fc.nat({ max: 2 }), which: fc.nat({ max: 1_000 }), by: fc.constantFrom("sequence", "time") }),
  async ({ account, which, by }, model, host) => {
    const aggregate = `credit:${model.run}-${account}`;
    const stream = model.stream(aggregate);
    await requireState(host, model, { aggregate, query: "", sequence: stream.length });
    if (stream.length === 0) return;
    const event = stream[which % stream.length];
    if (event === undefined) return;
    const time = model.times.get(event.id) ?? "";
    const query = by === "sequence" ? `?at_sequence=${event.sequence}` : `?at_time=${time}`;
    const sequence = by === "sequence" ? event.sequence : model.sequenceAt(aggregate, time);
    await requireState(host, model, { aggregate, query, sequence });
    const beyond = await host.get(`/aggregates/${aggregate}?at_sequence=${stream.length + 1}`);
    deepStrictEqual([beyond.status, beyond.body.code], [404, "SEQUENCE_UNKNOWN"]);
  },
);

const readParked = always("read what is parked", nothing, async (_, model, host) => {
  const { body } = await host.get(`/commands?status=parked&limit=1000`);
  const own = body.commands.map((view: Json) => view.command.id).filter((id: string) => id.startsWith(`${model.run}-`));
  const parked = [...model.commands].flatMap(([id, { outcome }]) => (outcome.kind === "parked" ? [id] : []));
  deepStrictEqual(own, parked.toSorted());
});

const restart = always("kill and restart", nothing, (_, __, host) => host.kill());

const posts = Array.from({ length: 12 }, () => post);
const others = [lines, repeat, conflict, lookUp, retry, refuse, outsideEvent, readState, readParked];

/** All of them, in the shares in which they are worth trying: a restart takes as long as a hundred posts. */
export const apiCommands = fc.commands([...posts, ...others, ...others, restart], { maxCommands: 80, size: "max" });

/** Two of the three accounts are open from the beginning, so that more than refusals comes to pass. */
export async function openAccounts(model: ApiModel, host: ApiHost): Promise<void> {
  for (const account of [0, 1]) {
    const sketch = { account, card: 0, kind: "open", amount: "" } as const;
    const opening = { id: model.nextId(), ...draftOf(sketch, model.run) };
    const { status, body } = await host.post("/commands", opening);
    checkPosted(model, opening, model.post(opening), { status, body });
  }
}

/** What has to hold of the whole when a run is over. */
export async function checkWhole(model: ApiModel, host: ApiHost): Promise<void> {
  for (const aggregate of model.aggregates) {
    const stream = model.stream(aggregate);
    await requireState(host, model, { aggregate, query: "", sequence: stream.length });
    const { body } = await host.get(`/events?aggregate=${aggregate}&limit=1000`);
    strictEqual(body.events.length, stream.length);
    let position = 0;
    for (const [index, event] of stream.entries()) {
      checkEvent(model, event, body.events[index]);
      ok(body.events[index].position > position, "positions of an aggregate grow");
      ({ position } = body.events[index]);
    }
  }
  for (const { post } of model.commands.values())
    checkCommand(model, post, model.post(post), (await host.get(`/commands/${post.id}`)).body);
}

function checkPosted(model: ApiModel, post: Post, expected: Expected, answer: { status: number; body: Json }): void {
  checkCommand(model, post, expected, answer.body);
  const statuses = { done: 200, parked: 202 };
  strictEqual(answer.status, expected.kind === "refused" ? expected.status : statuses[expected.kind]);
}

async function requireState(
  host: ApiHost,
  model: ApiModel,
  { aggregate, query, sequence }: { aggregate: string; query: string; sequence: number },
): Promise<void> {
  const { status, body } = await host.get(`/aggregates/${aggregate}${query}`);
  const state = model.stateAt(aggregate, sequence);
  if (state === undefined) {
    deepStrictEqual([status, body.code], [404, "AGGREGATE_UNKNOWN"]);
    return;
  }
  deepStrictEqual(body, { aggregate, aggregate_type: "CreditAccount", sequence, state: stateJson(state) });
}
