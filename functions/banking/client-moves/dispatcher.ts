// A client moved: every account that refers to the client learns the new district.
import { Commands, Event, entityType } from "evento";

import * as checking from "./generated/checking-account";
import { ClientMoved } from "./generated/client";
import * as credit from "./generated/credit-account";
import * as savings from "./generated/savings-account";

export function clientMoved(event: ClientMoved, context: Event, referrers: Array<string>): Commands {
  const commands = Commands.none();
  for (let index = 0; index < referrers.length; index++) {
    const account = referrers[index];
    const type = entityType(account);
    if (type == "checking") commands.andTo(account, new checking.UpdateDistrict(event.district));
    else if (type == "savings") commands.andTo(account, new savings.UpdateDistrict(event.district));
    else if (type == "credit") commands.andTo(account, new credit.UpdateDistrict(event.district));
  }
  return commands;
}
