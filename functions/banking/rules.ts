// What holds for every account of the bank, whatever its kind. An empty text stands for "nothing is wrong".
import { Decimal, entityType } from "evento";

export function faultOfAmount(amount: Decimal): string {
  return amount.isPositive ? "" : "the amount has to be above zero";
}

/** Whether money may be sent from one account to another. */
export function faultOfTarget(from: string, to: string): string {
  const type = entityType(to);
  if (type != "checking" && type != "savings" && type != "credit") return to + " is not an account";
  return from == to ? "an account can't send money to itself" : "";
}

export function faultOfClient(client: string): string {
  return entityType(client) == "client" ? "" : client + " is not a client";
}
