// The Berka bank as commands: part of the PKDD'99 financial data set, which lies beside the project and is never part of it.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../../shared/data/berka/", import.meta.url));

export type BankCommand = {
  readonly id: string;
  readonly entity: string;
  readonly command_type: string;
  readonly payload: object;
};

export type Berka = {
  /** In the order of the files. */
  readonly commands: readonly BankCommand[];
  /** Sum of each account's own transactions in cents, by entity id. */
  readonly balances: ReadonlyMap<string, number>;
};

/** Whether the data are there. */
export function hasBerka(): boolean {
  return existsSync(folder);
}

type Row = { readonly [column: string]: string };

function rowsOf(file: string): readonly Row[] {
  const [header = "", ...lines] = readFileSync(`${folder}${file}.tsv`, "utf8").trim().split("\n");
  const columns = header.split("\t");
  return lines.map((line) => Object.fromEntries(line.split("\t").map((value, index) => [columns[index] ?? "", value])));
}

function cell(row: Row, column: string): string {
  const value = row[column];
  if (value === undefined) throw new Error(`the data have no column ${column}`);
  return value;
}

/** Cents as the decimal text of an amount. */
export function amountOf(cents: number): string {
  return `${cents < 0 ? "-" : ""}${Math.trunc(Math.abs(cents) / 100)}.${String(Math.abs(cents) % 100).padStart(2, "0")}`;
}

/** Reads the data: clients, accounts, holders, cards, and every transaction in the file's order. */
export function readBerka(): Berka {
  const dispositions = rowsOf("dispositions");
  const cards = rowsOf("cards");
  const accountOf = new Map(dispositions.map((row) => [cell(row, "disposition_id"), cell(row, "account_id")]));
  const ownerOf = new Map(
    dispositions
      .filter((row) => row["role"] === "owner")
      .map((row) => [cell(row, "account_id"), cell(row, "client_id")]),
  );
  const withCard = new Set(cards.map((card) => accountOf.get(cell(card, "disposition_id"))));
  const entityOf = (account: string): string => `${withCard.has(account) ? "credit" : "checking"}:${account}`;
  const commands: BankCommand[] = [];
  const balances = new Map<string, number>();
  for (const row of rowsOf("clients"))
    commands.push({
      id: `client-${row["client_id"]}`,
      entity: `client:${row["client_id"]}`,
      command_type: "RegisterClient",
      payload: { born: row["born"], district: Number(row["district_id"]) },
    });
  for (const row of rowsOf("accounts")) {
    const account = cell(row, "account_id");
    const limit = { [withCard.has(account) ? "credit_limit" : "overdraft_limit"]: "1000000.00" };
    commands.push({
      id: `account-${account}`,
      entity: entityOf(account),
      command_type: "OpenAccount",
      payload: { client: `client:${ownerOf.get(account)}`, opened: row["opened"], ...limit },
    });
    balances.set(entityOf(account), 0);
  }
  for (const row of dispositions.filter(({ role }) => role === "disponent"))
    commands.push({
      id: `holder-${row["disposition_id"]}`,
      entity: entityOf(cell(row, "account_id")),
      command_type: "AddHolder",
      payload: { client: `client:${row["client_id"]}`, role: "disponent" },
    });
  for (const row of cards)
    commands.push({
      id: `card-${row["card_id"]}`,
      entity: entityOf(accountOf.get(cell(row, "disposition_id")) ?? ""),
      command_type: "IssueCard",
      payload: { card: `card:${row["card_id"]}`, type: row["type"] },
    });
  for (const row of rowsOf("transactions")) {
    const entity = entityOf(cell(row, "account_id"));
    const cents = Number(row["amount_cents"]);
    const isCredit = row["direction"] === "credit";
    balances.set(entity, (balances.get(entity) ?? 0) + (isCredit ? cents : -cents));
    commands.push({
      id: `transaction-${row["transaction_id"]}`,
      entity,
      command_type: isCredit ? "ReceiveDeposit" : "WithdrawCash",
      payload: { amount: amountOf(cents) },
    });
  }
  return { commands, balances };
}
