// The schemas of the simulated domain. All commands have the same fields, and so have all events: what matters is who does what when.

type Json = object;

const text = (name: string): Json => ({ name, type: "string" });
const long = (name: string): Json => ({ name, type: "long" });
const record = (namespace: string, name: string, fields: readonly Json[], more: Json): Json => ({
  type: "record",
  name,
  namespace,
  fields,
  ...more,
});

const commandFields: readonly Json[] = [text("other"), long("amount")];
/** `seen`: events that the handler saw folded before this one; -1 in an event from outside. */
const eventFields: readonly Json[] = [text("other"), long("amount"), long("seen")];
/** The newer version of accounts has a field and a command more. */
const memo: Json = { name: "memo", type: "string", default: "" };

/** What each command of an account comes to when all is well. */
export const accountEvents: { readonly [command: string]: string } = {
  Deposit: "Deposited",
  Transfer: "Sent",
  Receive: "Received",
  Confirm: "Confirmed",
  AddPayee: "PayeeAdded",
  OpenCard: "CardOpened",
  UseCard: "CardUsed",
  Rename: "Renamed",
  HearOf: "HeardOf",
  Burst: "Counted",
  Misbehave: "Behaved",
  Upgrade: "Upgraded",
};

/** Accounts: version 1 knows no memo. */
export function accountSchema(version: 1 | 2): readonly Json[] {
  const fields = version === 1 ? eventFields : [...eventFields, memo];
  const payees = { name: "payees", type: { type: "array", items: "string" }, references: "Account" };
  const cards = { name: "cards", type: { type: "map", values: "long" } };
  return [
    record("Account", "Account", [long("balance"), long("count"), long("points"), payees, cards], {
      evento: "root",
      entity: "account",
    }),
    record("Account", "Card", [], { evento: "entity", entity: "card" }),
    ...namesIn(version, Object.keys(accountEvents)).map((name) =>
      record("Account", name, commandFields, { evento: "command" }),
    ),
    ...namesIn(version, [...Object.values(accountEvents), "Refused"]).map((name) =>
      record("Account", name, fields, { evento: "event" }),
    ),
  ];
}

function namesIn(version: 1 | 2, names: readonly string[]): readonly string[] {
  return version === 2 ? names : names.filter((name) => !name.startsWith("Upgrade"));
}

/** Ledgers, which note what happens to accounts. */
export const ledgerSchema: readonly Json[] = [
  record("Ledger", "Ledger", [long("count")], { evento: "root", entity: "ledger" }),
  record("Ledger", "Note", commandFields, { evento: "command" }),
  record("Ledger", "Noted", eventFields, { evento: "event" }),
];
