// Answers of the host held against what the model expects.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";

import type { Json } from "./api-host.ts";
import type { ApiModel, Expected, Post, StoredEvent } from "./api-model.ts";

/** The answer to a command that was posted or retried, as one body or one line. */
export function checkCommand(model: ApiModel, post: Post, expected: Expected, body: Json): void {
  if (expected.kind === "refused") {
    strictEqual(body.code, expected.code, JSON.stringify(body));
    strictEqual(body.status, expected.status);
    return;
  }
  strictEqual(body.status, expected.kind, JSON.stringify(body));
  const { entity, command_type } = post;
  const aggregate = model.aggregateOf(entity);
  checkMembers(body.command, {
    id: post.id,
    entity,
    command_type,
    aggregate,
    aggregate_type: "CreditAccount",
    depth: 0,
  });
  checkMembers(body.command.payload, post.payload);
  deepStrictEqual(body.command.cause, { kind: "external", id: post.id });
  const command = model.commands.get(post.id);
  ok(command !== undefined, "the model knows what it answers");
  if (expected.kind === "parked") {
    deepStrictEqual(body.events, []);
    strictEqual(body.attempts, 1);
    ok(typeof body.last_error === "string" && body.last_error !== "");
    return;
  }
  // Whoever asks again gets the first answer, to the letter.
  if (command.answer !== undefined) {
    deepStrictEqual(body, command.answer);
    return;
  }
  command.answer = body;
  strictEqual(body.events.length, 1);
  checkEvent(model, expected.event, body.events[0]);
  checkMembers(body.events[0], { root_cause: post.id, depth: 1 });
  deepStrictEqual(body.events[0].cause, { kind: "command", id: post.id });
}

/** An event as it was told, for the first time or again. */
export function checkEvent(model: ApiModel, expected: StoredEvent, told: Json): void {
  const { id, event_type, entity, aggregate, sequence, payload } = expected;
  checkMembers(told, { id, event_type, entity, aggregate, aggregate_type: "CreditAccount", sequence });
  checkMembers(told.payload, payload);
  const time = model.times.get(id);
  if (time !== undefined) strictEqual(told.time, time);
  const before = model.stream(aggregate)[sequence - 2];
  ok(before === undefined || told.time >= (model.times.get(before.id) ?? ""), "times of an aggregate never go back");
  model.times.set(id, told.time);
}

/** Those members of an object are as they should be; it may have others. */
function checkMembers(told: Json, expected: { readonly [name: string]: unknown }): void {
  for (const [name, value] of Object.entries(expected))
    deepStrictEqual(told[name], value, `${name} of ${JSON.stringify(told)}`);
}
