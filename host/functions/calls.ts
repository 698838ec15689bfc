// What waits for a function process: one call, or a turn that may need several frames.
import type { EventoError } from "../errors.ts";
import { frameBytesMax } from "../limits.ts";
import type { Answer, Step, Turn, Usage } from "../ports/functions.ts";
import kinds from "./frame-kinds.json" with { type: "json" };
import { copyOf, envelopeIdOf, readDecided, readOutcome, readReason, turnParts } from "./payload.ts";

/** What a frame of the process, or its death, means for a call. */
export type Progress =
  | "more" // further frames answer this call
  | "again" // there is more to send
  | "done";

export interface Call {
  /** Kind of the frame to send. */
  readonly kind: number;
  readonly bytes: number;
  /** Requests that were sent and not answered; one of a turn's commands is a request. */
  readonly outstanding: number;
  /** Id of the command or event that the function is at; undefined for calls about several, or about none. */
  readonly about: string | undefined;
  /**
   * The frame to send now.
   *
   * @param given.alone - true when nothing else is in flight, because one of several requests killed its process.
   */
  parts(given: { alone: boolean }): readonly Uint8Array[];
  /** Takes a frame that answers what was sent. Throws when it can't be one. */
  take(kind: number, payload: Buffer): Progress;
  /**
   * The process died while this was out.
   *
   * @returns how often it died of what is out now.
   */
  suspected(): number;
  /** It is this call that the process died of. */
  guilty(reason: string): Progress;
  /** The call can't be run, by no fault of its own. */
  unavailable(error: EventoError): void;
}

/** Where calls are counted. */
export type Tally = {
  /** A call, or one command of a turn, is answered; a failure has a reason. */
  answered(failure: string | undefined): void;
  /** A call or turn as a whole took so long, its wait included. */
  took(latencyUs: number): void;
};

const noUsage: Usage = { duration_us: 0, memory_bytes: 0 };

/** Bytes of a frame besides its commands and state, generously. */
const frameOverheadBytes = 1_024;
export const frameRoomBytes = frameBytesMax - frameOverheadBytes;

function byteCount(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

/** A call with one answer. */
export class SingleCall implements Call {
  readonly kind: number;
  readonly bytes: number;
  readonly outstanding = 1;
  readonly answer: Promise<Answer>;
  readonly #envelope: Uint8Array | undefined;
  readonly #parts: readonly Uint8Array[];
  readonly #tally: Tally;
  readonly #settle: PromiseWithResolvers<Answer>;
  readonly #beganAt = performance.now();
  #deaths = 0;

  /** @param given - `envelope` is the command or event that it is about, in Avro. */
  constructor(given: {
    readonly kind: number;
    readonly parts: readonly Uint8Array[];
    readonly envelope?: Uint8Array | undefined;
    readonly tally: Tally;
  }) {
    this.kind = given.kind;
    this.#envelope = given.envelope;
    this.bytes = byteCount(given.parts);
    this.#parts = given.parts;
    this.#tally = given.tally;
    this.#settle = Promise.withResolvers();
    this.answer = this.#settle.promise;
  }

  get about(): string | undefined {
    return this.#envelope && envelopeIdOf(this.#envelope);
  }

  parts(): readonly Uint8Array[] {
    return this.#parts;
  }

  take(kind: number, payload: Buffer): Progress {
    if (kind !== kinds.answer) throw new Error(`found frame ${kind}, expected an answer`);
    const { ok, usage, rest } = readOutcome(payload);
    return this.#end(
      ok ? { kind: "ok", bytes: copyOf(rest), usage } : { kind: "failed", reason: readReason(rest), usage },
    );
  }

  suspected(): number {
    return ++this.#deaths;
  }

  guilty(reason: string): Progress {
    return this.#end({ kind: "failed", reason, usage: noUsage });
  }

  unavailable(error: EventoError): void {
    this.#settle.reject(error);
  }

  #end(answer: Answer): Progress {
    this.#tally.answered(answer.kind === "failed" ? answer.reason : undefined);
    this.#tally.took((performance.now() - this.#beganAt) * 1_000);
    this.#settle.resolve(answer);
    return "done";
  }
}

/**
 * A window of commands of one aggregate. Each step comes in a frame of its own, so what is decided when the process dies stays
 * decided, and the turn goes on from there with the state so far.
 */
export class TurnCall implements Call {
  readonly kind = kinds.turn;
  readonly bytes: number;
  readonly answer: Promise<readonly Step[]>;
  readonly #turn: Turn;
  readonly #tally: Tally;
  readonly #settle: PromiseWithResolvers<readonly Step[]>;
  readonly #beganAt = performance.now();
  readonly #steps: Step[] = [];
  /** Of the command that is next to be answered. */
  #deaths = 0;
  #state: Uint8Array | null;
  #sequence: number;
  #sent = 0;

  constructor(given: { readonly turn: Turn; readonly tally: Tally }) {
    this.#turn = given.turn;
    this.#tally = given.tally;
    this.#state = given.turn.state;
    this.#sequence = given.turn.sequence;
    this.bytes = byteCount(given.turn.commands) + (given.turn.state?.length ?? 0);
    this.#settle = Promise.withResolvers();
    this.answer = this.#settle.promise;
  }

  get outstanding(): number {
    return this.#sent;
  }

  get about(): string | undefined {
    const command = this.#turn.commands[this.#steps.length];
    return command && envelopeIdOf(command);
  }

  parts({ alone }: { alone: boolean }): readonly Uint8Array[] {
    const waiting = this.#turn.commands.slice(this.#steps.length);
    const commands = alone ? waiting.slice(0, 1) : fitting(waiting, frameRoomBytes - (this.#state?.length ?? 0));
    this.#sent = commands.length;
    return turnParts({ state: this.#state, sequence: this.#sequence, time: this.#turn.time, commands });
  }

  take(kind: number, payload: Buffer): Progress {
    if (kind !== kinds.step || this.#sent === 0) throw new Error(`found frame ${kind}, expected a step`);
    const { ok, usage, rest } = readOutcome(payload);
    if (!ok) return this.#put({ kind: "failed", reason: readReason(rest), usage });
    const { events, drafts, state } = readDecided(rest);
    this.#sequence += events;
    this.#state = state;
    return this.#put({ kind: "decided", drafts, state, usage });
  }

  suspected(): number {
    return ++this.#deaths;
  }

  guilty(reason: string): Progress {
    return this.#put({ kind: "failed", reason, usage: noUsage });
  }

  unavailable(error: EventoError): void {
    this.#settle.reject(error);
  }

  #put(step: Step): Progress {
    this.#steps.push(step);
    this.#sent--;
    this.#deaths = 0;
    this.#tally.answered(step.kind === "failed" ? step.reason : undefined);
    if (this.#steps.length === this.#turn.commands.length) {
      this.#tally.took((performance.now() - this.#beganAt) * 1_000);
      this.#settle.resolve(this.#steps);
      return "done";
    }
    return this.#sent === 0 ? "again" : "more";
  }
}

/** The first commands that a frame has room for, at least one. */
function fitting(commands: readonly Uint8Array[], room: number): readonly Uint8Array[] {
  let bytes = 0;
  const count = commands.findIndex((command) => {
    bytes += command.length + 4;
    return bytes > room;
  });
  return count === -1 ? commands : commands.slice(0, Math.max(1, count));
}
