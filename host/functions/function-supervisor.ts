// All versions of one function: calls go to the version they name; when another becomes the active one, the rest end.
import type { Answer, FunctionRef, FunctionStatus, Step, Turn } from "../ports/functions.ts";
import { frameRoomBytes, SingleCall, TurnCall } from "./calls.ts";
import { FunctionRecord } from "./function-record.ts";
import { FunctionVersion, type VersionContext } from "./function-version.ts";

export class FunctionSupervisor {
  readonly #versions = new Map<string, FunctionVersion>();
  readonly #record = new FunctionRecord();
  readonly #context: VersionContext;

  constructor(given: { readonly context: Omit<VersionContext, "record" | "ended"> }) {
    this.#context = {
      ...given.context,
      record: this.#record,
      ended: (version) => {
        if (this.#versions.get(version.fn.digest) === version) this.#versions.delete(version.fn.digest);
      },
    };
  }

  async activate(fn: FunctionRef): Promise<void> {
    await this.#versionOf(fn).warm();
    for (const version of this.#versions.values()) if (version.fn.digest !== fn.digest) version.retire();
  }

  retire(): void {
    for (const version of this.#versions.values()) version.retire();
  }

  /** @param envelope - the command or event that the call is about, in Avro. */
  call(fn: FunctionRef, kind: number, parts: readonly Uint8Array[], envelope?: Uint8Array): Promise<Answer> {
    const call = new SingleCall({ kind, parts, envelope, tally: this.#record });
    if (call.bytes > frameRoomBytes)
      call.guilty(`the call would have ${call.bytes} bytes, at most ${frameRoomBytes} allowed`);
    else this.#versionOf(fn).submit(call);
    return call.answer;
  }

  turn(fn: FunctionRef, turn: Turn): Promise<readonly Step[]> {
    const call = new TurnCall({ turn, tally: this.#record });
    this.#versionOf(fn).submit(call);
    return call.answer;
  }

  status(): FunctionStatus {
    const versions = [...this.#versions.values()];
    const states = versions.map((version) => version.state);
    // The state that says most about what a caller meets.
    const state = (["failing", "running", "starting", "draining"] as const).find((state) => states.includes(state));
    return {
      state: state ?? "idle",
      processes: versions.flatMap((version) => version.processes),
      ...this.#record.counts(),
    };
  }

  close(): void {
    for (const version of this.#versions.values()) version.close();
  }

  #versionOf(fn: FunctionRef): FunctionVersion {
    let version = this.#versions.get(fn.digest);
    if (version === undefined) {
      version = new FunctionVersion({ fn, context: this.#context });
      this.#versions.set(fn.digest, version);
    }
    return version;
  }
}
