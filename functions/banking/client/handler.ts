// A client is registered once, and may move.
import { Events } from "evento";

import {
  Client,
  ClientMoved,
  ClientRegistered,
  MoveClient,
  MoveRefused,
  RegisterClient,
  RegistrationRefused,
} from "./generated/client";

export function registerClient(command: RegisterClient, client: Client | null): Events {
  if (client !== null && client.registered)
    return Events.of(new RegistrationRefused("the client is registered already"));
  return Events.of(new ClientRegistered(command.born, command.district));
}

export function moveClient(command: MoveClient, client: Client | null): Events {
  if (client === null || !client.registered) return Events.of(new MoveRefused("the client is not registered"));
  return Events.of(new ClientMoved(command.district));
}
