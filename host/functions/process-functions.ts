// The port to functions over one OS process each: gate and store for deploying, a supervisor a name for running.
import { EventoError } from "../errors.ts";
import { functionMemoryBytesMax } from "../limits.ts";
import type {
  Answer,
  CheckedFunction,
  FunctionRef,
  Functions,
  FunctionStatus,
  Step,
  Turn,
} from "../ports/functions.ts";
import { ComponentStore } from "./component-store.ts";
import kinds from "./frame-kinds.json" with { type: "json" };
import { FunctionRecord } from "./function-record.ts";
import { FunctionSupervisor } from "./function-supervisor.ts";
import type { VersionContext } from "./function-version.ts";
import { Gate } from "./gate.ts";
import { type IsolationLevel, isolationText } from "./isolation.ts";
import { type FunctionLogger, LogLines } from "./log-lines.ts";
import { Nursery } from "./nursery.ts";
import { optionalPart, part } from "./payload.ts";
import { ProcessPool } from "./process-pool.ts";

export type ProcessFunctionsOptions = {
  /** Where components are kept; made when it is not there. */
  readonly directory: string;
  /** Gets what functions log. */
  readonly logger: FunctionLogger;
  /** Gets what the operator should know: the level of isolation, a nursery that died. */
  readonly onNotice?: (notice: string) => void;
  /** Longest time without an answer while a call is out. */
  readonly deadlineMs?: number;
  /** Longest time to compile and instantiate a component, which takes about 5 ms a MiB. */
  readonly loadMs?: number;
  /** A function without calls gives its process back after this. */
  readonly idleMs?: number;
  /** The lowest level of isolation that will do. */
  readonly isolationMin?: IsolationLevel;
  /** Warm processes that wait for a function. */
  readonly poolSize?: number;
};

export class ProcessFunctions implements Functions {
  readonly #store: ComponentStore;
  readonly #nursery: Nursery;
  readonly #pool: ProcessPool;
  readonly #gate: Gate;
  readonly #context: Omit<VersionContext, "record" | "ended" | "log">;
  readonly #logger: FunctionLogger;
  readonly #supervisors = new Map<string, FunctionSupervisor>();
  #closing: Promise<void> | undefined;

  private constructor(
    given: { readonly store: ComponentStore; readonly nursery: Nursery; readonly pool: ProcessPool },
    { logger, deadlineMs = 1_000, loadMs = 10_000, idleMs = 300_000 }: ProcessFunctionsOptions,
  ) {
    this.#store = given.store;
    this.#nursery = given.nursery;
    this.#pool = given.pool;
    this.#logger = logger;
    const takeProcess = () => this.#pool.take();
    this.#gate = new Gate({ store: given.store, takeProcess, loadMs, deadlineMs });
    this.#context = {
      settings: { deadlineMs, idleMs, loadMs },
      load: (digest) => this.#gate.load(digest),
      loadedUncompiled: (digest) => this.#gate.compile(digest),
      takeProcess,
    };
  }

  /**
   * @throws EventoError FUNCTION_UNAVAILABLE when no function process can be started on this machine, ISOLATION_INSUFFICIENT when
   *   the machine does not offer the level that is asked for.
   */
  static async open(options: ProcessFunctionsOptions): Promise<ProcessFunctions> {
    const onNotice = options.onNotice ?? (() => {});
    const store = await ComponentStore.open({ directory: options.directory });
    const nursery = new Nursery({ onWarning: onNotice });
    const pool = new ProcessPool({
      nursery,
      size: options.poolSize ?? 2,
      memoryBytesMax: functionMemoryBytesMax,
    });
    try {
      await pool.open();
      requireLevel(pool.level, options.isolationMin ?? 0);
    } catch (error) {
      pool.close();
      await nursery.close();
      throw error;
    }
    onNotice(`function processes run at isolation level ${pool.level} (${isolationText[pool.level]})`);
    return new ProcessFunctions({ store, nursery, pool }, options);
  }

  get isolationLevel(): IsolationLevel {
    return this.#pool.level;
  }

  /** Of the process that forks the function processes. */
  get nurseryPid(): number | undefined {
    return this.#nursery.pid;
  }

  check(component: Uint8Array): Promise<CheckedFunction> {
    return this.#gate.check(component);
  }

  component(digest: string): Promise<Uint8Array | undefined> {
    return this.#store.component(digest);
  }

  async activate(fn: FunctionRef): Promise<void> {
    await this.#supervisorOf(fn.name).activate(fn);
  }

  async retire(name: string): Promise<void> {
    this.#supervisors.get(name)?.retire();
  }

  turn(fn: FunctionRef, turn: Turn): Promise<readonly Step[]> {
    return this.#supervisorOf(fn.name).turn(fn, turn);
  }

  handle(fn: FunctionRef, call: { command: Uint8Array; state: Uint8Array | null }): Promise<Answer> {
    return this.#supervisorOf(fn.name).call(
      fn,
      kinds.handle,
      [...part(call.command), ...optionalPart(call.state)],
      call.command,
    );
  }

  aggregate(fn: FunctionRef, call: { state: Uint8Array | null; events: Uint8Array }): Promise<Answer> {
    return this.#supervisorOf(fn.name).call(fn, kinds.aggregate, [...optionalPart(call.state), call.events]);
  }

  dispatch(fn: FunctionRef, call: { event: Uint8Array }): Promise<Answer> {
    return this.#supervisorOf(fn.name).call(fn, kinds.dispatch, [call.event], call.event);
  }

  status(name: string): FunctionStatus {
    return this.#supervisors.get(name)?.status() ?? { state: "idle", processes: [], ...new FunctionRecord().counts() };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (const supervisor of this.#supervisors.values()) supervisor.close();
    this.#pool.close();
    // A trial in a function process ends with the nursery.
    await Promise.all([this.#gate.close(), this.#nursery.close()]);
  }

  #supervisorOf(name: string): FunctionSupervisor {
    let supervisor = this.#supervisors.get(name);
    if (supervisor === undefined) {
      const lines = new LogLines({ logger: this.#logger, now: () => performance.now() });
      supervisor = new FunctionSupervisor({
        context: { ...this.#context, log: (fn, line) => lines.put(fn, line) },
      });
      this.#supervisors.set(name, supervisor);
    }
    return supervisor;
  }
}

function requireLevel(level: IsolationLevel, min: IsolationLevel): void {
  if (level >= min) return;
  throw new EventoError(
    "ISOLATION_INSUFFICIENT",
    `found isolation level ${level} (${isolationText[level]}), expected at least ${min} (${isolationText[min]})`,
    {
      hint: "install util-linux (prlimit, setpriv), run the host as root for level 2, or ask for less with EVENTO_ISOLATION",
    },
  );
}
