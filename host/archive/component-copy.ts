// The components beside a copy of a log: objects that are named by their digests, and checked by them.
import { hash } from "node:crypto";

import { EventoError } from "../errors.ts";
import type { Archive } from "./archive.ts";

const suffix = ".wasm";

export class ComponentCopy {
  readonly #archive: Archive;
  readonly #folder: string;
  readonly #digests: Set<string>;

  private constructor(given: { archive: Archive; folder: string; digests: Set<string> }) {
    this.#archive = given.archive;
    this.#folder = given.folder;
    this.#digests = given.digests;
  }

  /** Looks which components are there. */
  static async of({ archive, log }: { archive: Archive; log: string }): Promise<ComponentCopy> {
    const folder = `${log}/components/`;
    const names = await archive.list(folder);
    const digests = new Set(names.map((name) => name.slice(folder.length, -suffix.length)));
    return new ComponentCopy({ archive, folder, digests });
  }

  get digests(): ReadonlySet<string> {
    return this.#digests;
  }

  /** @throws EventoError COMPONENT_DAMAGED when the bytes are not those of the digest */
  async put(digest: string, bytes: Uint8Array): Promise<void> {
    requireDigest(digest, bytes);
    await this.#archive.put(this.#nameOf(digest), bytes);
    this.#digests.add(digest);
  }

  /** The bytes of a component; undefined when it is not there. @throws EventoError COMPONENT_DAMAGED */
  async get(digest: string): Promise<Uint8Array | undefined> {
    const bytes = await this.#archive.get(this.#nameOf(digest));
    if (bytes !== undefined) requireDigest(digest, bytes);
    return bytes;
  }

  #nameOf(digest: string): string {
    return `${this.#folder}${digest}${suffix}`;
  }
}

function requireDigest(digest: string, bytes: Uint8Array): void {
  const found = hash("sha256", bytes);
  if (found === digest) return;
  throw new EventoError("COMPONENT_DAMAGED", `found bytes with the digest ${found}, expected the component ${digest}`, {
    hint: "take the component from another copy",
  });
}
