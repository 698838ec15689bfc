// What the example bank's credit account does, written down a second time and in plain TypeScript: the model's own account.
export type Draft = {
  readonly entity: string;
  readonly command_type: string;
  readonly payload: { readonly [field: string]: string | number };
};

export type ModelEvent = {
  readonly event_type: string;
  readonly entity: string;
  readonly payload: { readonly [field: string]: unknown };
};

export type CreditAccount = {
  readonly client: string | null;
  readonly balance: bigint;
  readonly status: "OPEN" | "UNOPENED";
  readonly opened: string | null;
  readonly district: number | null;
  readonly credit_limit: bigint;
  readonly cards: ReadonlyMap<string, { readonly type: string; readonly status: string; readonly charged: bigint }>;
};

/** Cents that a decimal of 18 digits holds. */
const centsMax = 10n ** 18n - 1n;

const unopened: CreditAccount = {
  client: null,
  balance: 0n,
  status: "UNOPENED",
  opened: null,
  district: null,
  credit_limit: 0n,
  cards: new Map(),
};

/** @returns the event; undefined when the handler fails. Reasons of refusals are left out: the bank words them. */
export function decide(draft: Draft, state: CreditAccount | undefined): ModelEvent | undefined {
  const { entity, command_type, payload } = draft;
  const account = state ?? unopened;
  const isOpen = account.status === "OPEN";
  const amount = centsOf(payload["amount"] ?? 0);
  const event = (event_type: string, more: object = {}, about = entity): ModelEvent => ({
    event_type,
    entity: about,
    payload: { ...payload, ...more },
  });
  switch (command_type) {
    case "OpenAccount":
      return isOpen ? { entity, event_type: "AccountOpeningRefused", payload: {} } : event("AccountOpened");
    case "UpdateDistrict":
      return event("DistrictUpdated");
    case "ReceiveDeposit": {
      if (!isOpen || amount <= 0n) return event("DepositRefused", { source: null });
      const balance = account.balance + amount;
      return balance > centsMax ? undefined : event("DepositReceived", { source: null, balance: textOf(balance) });
    }
    case "WithdrawCash": {
      if (!mayTake(account, amount)) return event("WithdrawalDeclined");
      return event("CashWithdrawn", { destination: null, balance: textOf(account.balance - amount) });
    }
    case "IssueCard": {
      const card = String(payload["card"]);
      if (!isOpen || account.cards.has(card)) return { entity, event_type: "CardRefused", payload: { card } };
      return { entity: card, event_type: "CardIssued", payload: { type: payload["type"] } };
    }
    case "ChargeCard": {
      const isBlocked = account.cards.get(entity)?.status === "BLOCKED";
      if (isBlocked || !mayTake(account, amount)) return event("ChargeDeclined");
      const left = account.balance - amount;
      return event("CardCharged", { owed: textOf(left < 0n ? -left : 0n) });
    }
    case "BlockCard":
      return event("CardBlocked");
    default:
      throw new Error(`the model has no ${command_type}`);
  }
}

export function fold(state: CreditAccount | undefined, { event_type, entity, payload }: ModelEvent): CreditAccount {
  const account = state ?? unopened;
  const card = account.cards.get(entity);
  const withCard = (changed: typeof card): CreditAccount["cards"] =>
    changed === undefined ? account.cards : new Map(account.cards).set(entity, changed);
  const amount = centsOf(payload["amount"] ?? 0);
  switch (event_type) {
    case "AccountOpened":
      return {
        ...account,
        client: String(payload["client"]),
        opened: String(payload["opened"]),
        credit_limit: centsOf(payload["credit_limit"]),
        status: "OPEN",
      };
    case "DistrictUpdated":
      return { ...account, district: Number(payload["district"]) };
    case "DepositReceived":
      return { ...account, balance: account.balance + amount };
    case "CashWithdrawn":
      return { ...account, balance: account.balance - amount };
    case "CardIssued":
      return { ...account, cards: withCard({ type: String(payload["type"]), status: "ACTIVE", charged: 0n }) };
    case "CardCharged":
      return {
        ...account,
        balance: account.balance - amount,
        cards: withCard(card && { ...card, charged: card.charged + amount }),
      };
    case "CardBlocked":
      return { ...account, cards: withCard(card && { ...card, status: "BLOCKED" }) };
    default:
      return account;
  }
}

/** The state as `GET /aggregates` shows it. */
export function stateJson({ cards, ...account }: CreditAccount): object {
  return {
    ...account,
    balance: textOf(account.balance),
    credit_limit: textOf(account.credit_limit),
    holders: [],
    cards: Object.fromEntries([...cards].map(([id, card]) => [id, { ...card, charged: textOf(card.charged) }])),
  };
}

function mayTake(account: CreditAccount, amount: bigint): boolean {
  return account.status === "OPEN" && amount > 0n && account.balance - amount >= -account.credit_limit;
}

function centsOf(amount: unknown): bigint {
  const [whole = "0", cents = ""] = String(amount).split(".");
  return BigInt(whole + cents.padEnd(2, "0"));
}

function textOf(cents: bigint): string {
  const digits = (cents < 0n ? -cents : cents).toString().padStart(3, "0");
  return `${cents < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
