// Components and what was made of them, in one folder a digest:
//
//   <digest>/component.wasm     as it was uploaded
//   <digest>/function.json      what the gate found out, and a SHA-256 of that
//   <digest>/<toolchain>.bin    what a process is sent (artifact.ts), made by that version of the toolchain; made again when it changes
//
// A folder appears whole, by a rename, or not at all.
import { hash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";

import { EventoError } from "../errors.ts";
import type { CheckedFunction } from "../ports/functions.ts";
import { isMissing, syncDirectory, writeDurable } from "../storage/durable-file.ts";

const componentFile = "component.wasm";
const checkedFile = "function.json";
const digestPattern = /^[0-9a-f]{64}$/;
/** A folder that is being written; what a crash left of it is removed at the next start. */
const unfinishedPrefix = "unfinished-";
const checksumBytes = 32;

export class ComponentStore {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** Makes the directory when there is none. */
  static async open({ directory }: { directory: string }): Promise<ComponentStore> {
    await mkdir(directory, { recursive: true });
    for (const name of await readdir(directory))
      if (name.startsWith(unfinishedPrefix)) await rm(join(directory, name), { recursive: true, force: true });
    return new ComponentStore(directory);
  }

  /** What is known of a component, or undefined when it is not kept or not as it was written. */
  async checked(digest: string): Promise<CheckedFunction | undefined> {
    const bytes = await this.#read(digest, checkedFile);
    const [json = "", checksum] = Buffer.from(bytes ?? [])
      .toString("utf8")
      .split("\n");
    return checksum === hash("sha256", json) ? JSON.parse(json) : undefined;
  }

  /** @throws EventoError COMPONENT_DAMAGED when the bytes are not those of the digest. */
  async component(digest: string): Promise<Uint8Array | undefined> {
    const bytes = await this.#read(digest, componentFile);
    if (bytes !== undefined && hash("sha256", bytes) !== digest)
      throw new EventoError("COMPONENT_DAMAGED", `found other bytes in the store than those of ${digest}`, {
        hint: "restore the components folder, or deploy the function again",
      });
    return bytes;
  }

  /** The artifact by this toolchain, or undefined when there is none or it is damaged. */
  async artifact(digest: string, toolchain: string): Promise<Uint8Array | undefined> {
    const bytes = await this.#read(digest, `${toolchain}.bin`);
    if (bytes === undefined || bytes.length < checksumBytes) return undefined;
    const artifact = bytes.subarray(checksumBytes);
    return checksumOf(artifact).equals(bytes.subarray(0, checksumBytes)) ? artifact : undefined;
  }

  /** Keeps a component with what was found out and made of it. */
  async keep(given: {
    readonly component: Uint8Array;
    readonly checked: CheckedFunction;
    readonly artifact: Uint8Array;
    readonly toolchain: string;
  }): Promise<void> {
    const { component, checked, artifact, toolchain } = given;
    const folder = join(this.#directory, `${unfinishedPrefix}${randomUUID()}`);
    await mkdir(folder);
    await writeDurable(join(folder, componentFile), [component]);
    const json = JSON.stringify(checked);
    await writeDurable(join(folder, checkedFile), [Buffer.from(`${json}\n${hash("sha256", json)}\n`)]);
    await writeDurable(join(folder, `${toolchain}.bin`), [checksumOf(artifact), artifact]);
    await syncDirectory(folder);
    const { digest } = checked;
    if (!(await this.isWhole(digest))) await rm(this.#folder(digest), { recursive: true, force: true });
    try {
      await rename(folder, this.#folder(digest));
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      // Another upload of the same bytes was quicker.
      if (!(await this.isWhole(digest))) throw error;
    }
    await syncDirectory(this.#directory);
  }

  /** Whether all is there that can't be made again. */
  async isWhole(digest: string): Promise<boolean> {
    try {
      return (await this.checked(digest)) !== undefined && (await this.component(digest)) !== undefined;
    } catch (error) {
      if (error instanceof EventoError && error.code === "COMPONENT_DAMAGED") return false;
      throw error;
    }
  }

  /** Keeps an artifact of a component that is there in place of the one before: by a new toolchain, or with another code cache. */
  async keepArtifact(digest: string, toolchain: string, artifact: Uint8Array): Promise<void> {
    const folder = this.#folder(digest);
    const unfinished = join(folder, `${unfinishedPrefix}${randomUUID()}`);
    await writeDurable(unfinished, [checksumOf(artifact), artifact]);
    await rename(unfinished, join(folder, `${toolchain}.bin`));
    await syncDirectory(folder);
  }

  #folder(digest: string): string {
    if (!digestPattern.test(digest))
      throw new EventoError(
        "DIGEST_INVALID",
        `found ${JSON.stringify(digest.slice(0, 80))}, expected a SHA-256 in hex`,
      );
    return join(this.#directory, digest);
  }

  async #read(digest: string, file: string): Promise<Uint8Array | undefined> {
    try {
      return await readFile(join(this.#folder(digest), file));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }
}

function checksumOf(bytes: Uint8Array): Buffer {
  return hash("sha256", bytes, "buffer");
}
