// The functions of the simulated domain: accounts that send each other money through a dispatcher, hold payees and cards, and
// misbehave until their last version; ledgers that note.
import type { PlainFunction } from "../../host/functions/memory-functions.ts";
import {
  accountType,
  commandDraftsType,
  commandPayloadType,
  commandType,
  dispatchedType,
  eventDraftsType,
  eventPayloadTypes,
  eventsType,
  ledgerType,
  read,
  type Account,
  type CommandDraft,
  type CommandEnvelope,
  type CommandPayload,
  type EventDraft,
  type EventEnvelope,
  type EventPayload,
} from "./bank-codec.ts";
import { accountEvents, accountSchema, ledgerSchema } from "./bank-schemas.ts";

/** No aggregator can fold an event of this amount, and no first courier dispatches one of the other. */
export const unfoldableAmount = 666;
export const unluckyAmount = 13;

const newAccount: Account = { balance: 0, count: 0, points: 0, payees: [], cards: {} };

/** Handler and aggregator of accounts. Each version gives so many points for an event as its number says. */
export function accounts(version: 1 | 2 | 3): PlainFunction {
  const schemaVersion = version === 1 ? 1 : 2;
  const payloadType = eventPayloadTypes[schemaVersion];
  const draft = (entity: string, event_type: string, payload: EventPayload): EventDraft => ({
    entity,
    event_type,
    payload: payloadType.toBuffer({ memo: "", ...payload }),
  });

  const handle = (command: CommandEnvelope, state: Account): EventDraft[] => {
    const { entity, aggregate, command_type } = command;
    const payload = read<CommandPayload>(commandPayloadType, command.payload);
    const { other, amount } = payload;
    const seen = state.count;
    const event_type = accountEvents[command_type] ?? "";
    switch (command_type) {
      case "Transfer":
        if (state.balance < amount || other === aggregate) return [draft(entity, "Refused", { ...payload, seen })];
        return [draft(entity, event_type, { ...payload, seen })];
      case "OpenCard":
        return [draft(other, event_type, { ...payload, seen })];
      case "Burst":
        return Array.from({ length: 1 + (amount % 4) }, (_, index) =>
          draft(entity, event_type, { ...payload, seen: seen + index }),
        );
      case "Misbehave":
        if (version < 3) {
          const unfoldable = draft(entity, "Deposited", { ...payload, seen, amount: unfoldableAmount });
          return misbehave(amount, { good: draft(entity, "Deposited", { ...payload, seen }), unfoldable });
        }
        return [draft(entity, event_type, { ...payload, seen })];
      default:
        return [draft(entity, event_type, { ...payload, seen })];
    }
  };

  const fold = (state: Account, { entity, event_type, payload: bytes }: EventEnvelope): Account => {
    // Not looked into, so that nobody but the host can see whether it is valid.
    const isCounted = event_type === "Counted";
    const { other, amount } = isCounted ? { other: "", amount: 0 } : read<EventPayload>(payloadType, bytes);
    if (amount === unfoldableAmount) throw new Error("can't fold that");
    const next = { ...state, count: state.count + 1, points: state.points + version };
    switch (event_type) {
      case "Deposited":
      case "Received":
        return { ...next, balance: state.balance + amount };
      case "Sent":
        return { ...next, balance: state.balance - amount };
      case "PayeeAdded":
        return state.payees.includes(other) ? next : { ...next, payees: [...state.payees, other].toSorted() };
      case "CardOpened":
        return { ...next, cards: { ...state.cards, [entity]: state.cards[entity] ?? 0 } };
      case "CardUsed":
        return { ...next, cards: { ...state.cards, [entity]: (state.cards[entity] ?? 0) + 1 } };
      default:
        return next;
    }
  };

  return {
    kinds: ["handler", "aggregator"],
    description: { aggregate: "Account", schema: accountSchema(schemaVersion) },
    handle: (command, state) =>
      eventDraftsType.toBuffer(
        handle(read(commandType, command), state === null ? newAccount : read(accountType, state)),
      ),
    aggregate: (state, events) =>
      accountType.toBuffer(
        read<EventEnvelope[]>(eventsType, events).reduce(
          fold,
          state === null ? newAccount : read<Account>(accountType, state),
        ),
      ),
  };
}

/** What all but the last version do wrong, in as many ways as there are. */
function misbehave(amount: number, { good, unfoldable }: { good: EventDraft; unfoldable: EventDraft }): EventDraft[] {
  switch (amount % 6) {
    case 0:
      return [];
    case 1:
      return [{ ...good, entity: "account:stranger" }];
    case 2:
      return [{ ...good, event_type: "NoSuchEvent" }];
    case 3:
      return [{ ...good, event_type: "Counted", payload: good.payload.subarray(1) }];
    case 4:
      return [unfoldable];
    default:
      throw new Error("told to fail");
  }
}

/** Handler of ledgers, a function of its own. */
export const ledgerHandler: PlainFunction = {
  kinds: ["handler"],
  description: { aggregate: "Ledger", schema: ledgerSchema },
  handle: (bytes, state) => {
    const { entity, payload } = read<CommandEnvelope>(commandType, bytes);
    const seen = state === null ? 0 : read<{ count: number }>(ledgerType, state).count;
    const noted = { ...read<CommandPayload>(commandPayloadType, payload), seen };
    return eventDraftsType.toBuffer([{ entity, event_type: "Noted", payload: eventPayloadTypes[1].toBuffer(noted) }]);
  },
};

/** Aggregator of ledgers. */
export const ledgerKeeper: PlainFunction = {
  kinds: ["aggregator"],
  description: { aggregate: "Ledger", schema: ledgerSchema },
  aggregate: (state, events) => {
    const before = state === null ? 0 : read<{ count: number }>(ledgerType, state).count;
    return ledgerType.toBuffer({ count: before + read<EventEnvelope[]>(eventsType, events).length });
  },
};

/** The dispatcher that brings money from account to account, confirms it, and tells whoever refers to an account of its new name. */
export function courier(version: 1 | 2): PlainFunction {
  return {
    kinds: ["dispatcher"],
    description: {
      events: ["Account.Sent", "Account.Received", "Account.Renamed"],
      schemas: [accountSchema(1)],
    },
    dispatch: (bytes) => {
      const { event, referrers } = read<{ event: EventEnvelope; referrers: string[] }>(dispatchedType, bytes);
      const { entity, event_type, time } = event;
      const { other, amount } = read<EventPayload>(eventPayloadTypes[1], event.payload);
      if (version === 1 && amount === unluckyAmount) throw new Error("bad luck");
      const command = (to: string, command_type: string, not_before: number | null = null): CommandDraft => ({
        entity: to,
        command_type,
        payload: commandPayloadType.toBuffer({ other: entity, amount }),
        not_before,
      });
      if (event_type === "Sent") return commandDraftsType.toBuffer([command(other, "Receive")]);
      if (event_type === "Received")
        return commandDraftsType.toBuffer([command(other, "Confirm", amount % 2 === 0 ? null : time + 300)]);
      return commandDraftsType.toBuffer(referrers.map((referrer) => command(referrer, "HearOf")));
    },
  };
}

/** The dispatcher made of rules: confirmed transfers and parked commands are noted. The versions differ in nothing but their text. */
export function auditorRules(version: 1 | 2): unknown {
  const note = (ledger: string, amount: unknown) => ({
    entity: `"${ledger}"`,
    command_type: "Note",
    payload: { other: "event.entity", amount },
  });
  const when = version === 1 ? {} : { when: "true" };
  return {
    rules: [
      { on: "Account.Confirmed", ...when, dispatch: [note("ledger:main", "event.payload.amount")] },
      { on: "evento.CommandParked", ...when, dispatch: [note("ledger:parked", 0)] },
    ],
  };
}
