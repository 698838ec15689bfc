// Counts what a cash machine gave out. It has no handler: what it does is posted from outside, by its sensor.
import { Atm, CashDispensed } from "./generated/atm";

export function cashDispensed(atm: Atm | null, event: CashDispensed): Atm {
  return new Atm(atm === null ? event.amount : atm.dispensed + event.amount);
}
