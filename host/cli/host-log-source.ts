// A running host as a backup reads it, over REST.
import type { LogIdentity, LogSource } from "../archive/backup.ts";
import { groupsIn } from "../archive/segment.ts";
import { EventoError } from "../errors.ts";
import type { StoredGroup } from "../journal/log-store.ts";
import type { HostClient } from "../client/host-client.ts";

export class HostLogSource implements LogSource {
  readonly #client: HostClient;

  constructor({ client }: { client: HostClient }) {
    this.#client = client;
  }

  async identity(): Promise<LogIdentity> {
    const log = await this.#client.get(["log"]);
    if (
      typeof log === "object" &&
      log !== null &&
      "id" in log &&
      typeof log.id === "string" &&
      "created" in log &&
      typeof log.created === "string" &&
      "groups" in log &&
      typeof log.groups === "number"
    )
      return { id: log.id, created: log.created, groups: log.groups };
    throw new EventoError(
      "ANSWER_INVALID",
      `found another answer at ${this.#client.url}/log than that of an Evento host`,
      {
        hint: "is there another server at this address? see --host",
      },
    );
  }

  groups(after: number): AsyncIterable<StoredGroup> {
    return groupsIn(this.#client.bytes({ method: "GET", path: ["log", "groups"], query: { after } }));
  }

  async component(digest: string): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this.#client.bytes({ method: "GET", path: ["components", digest] })) pieces.push(piece);
    return Buffer.concat(pieces);
  }
}
