// Artifacts in memory: a function that comes back from idleness, or is started again after its death, does not wait for the disk.

/** The artifacts that functions were last started from, as many as fit a number of bytes. */
export class RecentArtifacts {
  readonly #bytesMax: number;
  /** By digest; the one used longest ago comes first. */
  readonly #artifacts = new Map<string, Uint8Array>();
  #bytes = 0;

  constructor(given: { readonly bytesMax: number }) {
    this.#bytesMax = given.bytesMax;
  }

  get(digest: string): Uint8Array | undefined {
    const artifact = this.#artifacts.get(digest);
    if (artifact === undefined) return undefined;
    this.#artifacts.delete(digest);
    this.#artifacts.set(digest, artifact);
    return artifact;
  }

  /** Remembers an artifact in place of the one before; those used longest ago make room. */
  put(digest: string, artifact: Uint8Array): void {
    this.#forget(digest);
    this.#artifacts.set(digest, artifact);
    this.#bytes += artifact.length;
    for (const oldest of this.#artifacts.keys()) {
      if (this.#bytes <= this.#bytesMax) break;
      this.#forget(oldest);
    }
  }

  #forget(digest: string): void {
    this.#bytes -= this.#artifacts.get(digest)?.length ?? 0;
    this.#artifacts.delete(digest);
  }
}
