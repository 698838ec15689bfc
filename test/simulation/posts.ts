// What clients post: drawn by chance, over few aggregates, so that much meets.
import type { CommandPost, EventPost } from "../../host/engine/intake.ts";
import type { AggregateView } from "../../host/engine/views.ts";
import { unfoldableAmount, unluckyAmount } from "./bank.ts";
import type { Random } from "./random.ts";

export type Post =
  | ({ readonly kind: "command"; readonly id: string } & CommandPost)
  | ({ readonly kind: "event"; readonly id: string } & EventPost);

export const accountIds: readonly string[] = ["account:a", "account:b", "account:c"];
export const cardIds: readonly string[] = ["card:1", "card:2"];

/** How often each command is posted. */
const weights = {
  Deposit: 4,
  Transfer: 8,
  AddPayee: 1,
  Rename: 1,
  OpenCard: 2,
  UseCard: 2,
  Burst: 2,
  Misbehave: 3,
  Upgrade: 1,
} as const;
const commandTypes = Object.entries(weights).flatMap(([name, weight]) => Array.from({ length: weight }, () => name));

/** @param reads - what clients have seen, to expect a sequence by. */
export function drawPost(random: Random, id: string, reads: readonly AggregateView[]): Post {
  const entity = random.of(accountIds);
  const amount = drawAmount(random);
  if (random.chance(0.15))
    return { kind: "event", id, entity, event_type: "Deposited", payload: { other: "", amount, seen: -1 } };
  const command_type = random.of(commandTypes);
  const card = random.of(cardIds);
  const other = random.of(accountIds);
  const command: Post = {
    kind: "command",
    id,
    command_type,
    entity: command_type === "UseCard" ? card : entity,
    payload: { other: command_type === "OpenCard" ? card : other, amount },
  };
  if (!random.chance(0.2)) return command;
  const seen = reads.findLast((view) => view.aggregate === entity)?.sequence ?? 0;
  return { ...command, expected_sequence: Math.max(0, seen + random.below(3) - 1) };
}

function drawAmount(random: Random): number {
  const unusual = random.fraction();
  if (unusual < 0.02) return unfoldableAmount;
  if (unusual < 0.05) return unluckyAmount;
  return 1 + random.below(60);
}

/** The same id for something else. */
export function withOtherBody(post: Post): Post {
  const body = { other: "account:other", amount: 4 };
  return post.kind === "command"
    ? { ...post, payload: body, expected_sequence: undefined }
    : { ...post, payload: { ...body, seen: -1 } };
}
