import { Client, ClientMoved, ClientRegistered, MoveRefused, RegistrationRefused } from "./generated/client";

export function clientRegistered(client: Client | null, event: ClientRegistered): Client {
  return new Client(event.born, event.district, true);
}

export function clientMoved(client: Client | null, event: ClientMoved): Client {
  const moved = orNobody(client);
  moved.district = event.district;
  return moved;
}

export function registrationRefused(client: Client | null, event: RegistrationRefused): Client {
  return orNobody(client);
}

export function moveRefused(client: Client | null, event: MoveRefused): Client {
  return orNobody(client);
}

/** A refusal is an event too, so there may be a stream of somebody who was never registered. */
function orNobody(client: Client | null): Client {
  return client === null ? new Client() : client;
}
