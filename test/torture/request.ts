// What a client may ask of the bank, drawn by chance.
import { accounts, machines } from "./bank.ts";
import type { Dice } from "./dice.ts";

export type Draft = {
  readonly id: string;
  readonly entity: string;
  readonly command_type?: string;
  readonly event_type?: string;
  readonly payload: { readonly [field: string]: unknown };
  readonly expected_sequence?: number;
};

export type Request =
  | { readonly kind: "command" | "async" | "event"; readonly draft: Draft }
  /** Many in one request, a line each. */
  | { readonly kind: "lines"; readonly drafts: readonly Draft[] };

const linesMax = 24;

/** @param sequenceOf - what the client believes an account's sequence to be. */
export function drawRequest(dice: Dice, id: string, sequenceOf: (account: string) => number): Request {
  const roll = dice.fraction();
  if (roll < 0.1) {
    const drafts = Array.from({ length: dice.between(2, linesMax) }, (_, line) => drawCommand(dice, `${id}.${line}`));
    return { kind: "lines", drafts };
  }
  if (roll < 0.2) return { kind: "event", draft: drawEvent(dice, id) };
  if (roll < 0.35) return { kind: "async", draft: drawCommand(dice, id) };
  if (roll < 0.45) {
    const entity = dice.one(accounts);
    const payload = { district: dice.between(1, 77) };
    const expected_sequence = sequenceOf(entity);
    return { kind: "command", draft: { id, entity, command_type: "UpdateDistrict", payload, expected_sequence } };
  }
  return { kind: "command", draft: drawCommand(dice, id) };
}

function drawCommand(dice: Dice, id: string): Draft {
  const entity = dice.one(accounts);
  const amount = drawAmount(dice);
  const roll = dice.fraction();
  if (roll < 0.1) return { id, entity, command_type: "ReceiveDeposit", payload: { amount } };
  if (roll < 0.2) return { id, entity, command_type: "WithdrawCash", payload: { amount } };
  // Now and then to an account that was never opened: the money comes back.
  const to = dice.happens(0.15) ? "savings:nobody" : dice.one(accounts);
  return { id, entity, command_type: "TransferFunds", payload: { amount, to } };
}

function drawEvent(dice: Dice, id: string): Draft {
  const payload = { amount: drawAmount(dice), account: dice.one(accounts) };
  return { id, entity: dice.one(machines), event_type: "CashDispensed", payload };
}

function drawAmount(dice: Dice): string {
  return (dice.between(1, 2_000) / 100).toFixed(2);
}
