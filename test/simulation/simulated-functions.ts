// The functions' processes: slow, and now and then dead, looping, talking nonsense, or not to be had. Components outlive the host.
import type { MemoryFunctions } from "../../host/functions/memory-functions.ts";
import type { Answer, CheckedFunction, FunctionRef, Functions, Step, Turn, Usage } from "../../host/ports/functions.ts";
import { EventoError } from "../../host/errors.ts";
import { commandType, read, type CommandEnvelope } from "./bank-codec.ts";
import { holds } from "./violation.ts";
import type { Life, World } from "./world.ts";

const unavailable = 0.02;
const failure = 0.03;
const nonsense = 0.05;

const usage: Usage = { duration_us: 0, memory_bytes: 0 };
const failures = ["deadline of 5000 ms passed", "trap: unreachable", "the process died", "no, says the function"];

/** The port as one life has it. */
export class SimulatedFunctions implements Functions {
  readonly #world: World;
  readonly #life: Life;
  readonly #memory: MemoryFunctions;
  /** Aggregates whose handler runs now. */
  readonly #handling = new Set<string>();

  /** @param given - `memory` outlives the host. */
  constructor(given: { world: World; life: Life; memory: MemoryFunctions }) {
    this.#world = given.world;
    this.#life = given.life;
    this.#memory = given.memory;
  }

  async check(component: Uint8Array): Promise<CheckedFunction> {
    await this.#outside("check");
    return this.#memory.check(component);
  }

  component(digest: string): Promise<Uint8Array | undefined> {
    return this.#memory.component(digest);
  }

  async activate(fn: FunctionRef): Promise<void> {
    await this.#outside(`${fn.name}: activate`);
    await this.#memory.activate(fn);
  }

  async retire(name: string): Promise<void> {
    await this.#outside(`${name}: retire`);
    await this.#memory.retire(name);
  }

  async turn(fn: FunctionRef, turn: Turn): Promise<readonly Step[]> {
    const [first, ...rest] = turn.commands;
    const answer = await this.#alone(turn.commands, `${fn.name}: turn of ${turn.commands.length}`, async () => {
      this.#requireAvailable(fn);
      // A process that dies is asked again, one command at a time: only the guilty one fails.
      if (first !== undefined && this.#world.fault(failure)) {
        const others = rest.length === 0 ? [] : await this.#memory.turn(fn, { ...turn, commands: rest });
        return [this.#failed(), ...others];
      }
      return this.#memory.turn(fn, turn);
    });
    return answer.map((step) => this.#garbled(step));
  }

  async handle(fn: FunctionRef, call: { command: Uint8Array; state: Uint8Array | null }): Promise<Answer> {
    return this.#alone([call.command], `${fn.name}: handle`, () =>
      this.#answer(fn, () => this.#memory.handle(fn, call)),
    );
  }

  async aggregate(fn: FunctionRef, call: { state: Uint8Array | null; events: Uint8Array }): Promise<Answer> {
    await this.#outside(`${fn.name}: aggregate`);
    return this.#answer(fn, () => this.#memory.aggregate(fn, call));
  }

  async dispatch(fn: FunctionRef, call: { event: Uint8Array }): Promise<Answer> {
    await this.#outside(`${fn.name}: dispatch`);
    return this.#answer(fn, () => this.#memory.dispatch(fn, call));
  }

  status(name: string): ReturnType<Functions["status"]> {
    return this.#memory.status(name);
  }

  async close(): Promise<void> {}

  /** Calls a handler, which must be the only one at work on its aggregate: I12. */
  async #alone<Result>(commands: readonly Uint8Array[], label: string, call: () => Promise<Result>): Promise<Result> {
    const { aggregate } = read<CommandEnvelope>(commandType, commands[0] ?? new Uint8Array());
    holds(!this.#handling.has(aggregate), "I12", () => `two handlers at work on ${aggregate}`);
    this.#handling.add(aggregate);
    try {
      await this.#outside(`${label} for ${aggregate}`);
      return await call();
    } finally {
      this.#handling.delete(aggregate);
    }
  }

  async #answer(fn: FunctionRef, call: () => Promise<Answer>): Promise<Answer> {
    this.#requireAvailable(fn);
    if (this.#world.fault(failure)) return this.#failed();
    const answer = await call();
    if (answer.kind === "failed" || !this.#world.fault(nonsense)) return answer;
    this.#world.trace.add(`${fn.name} talks nonsense`);
    return { ...answer, bytes: garbled(answer.bytes) };
  }

  #garbled(step: Step): Step {
    if (step.kind === "failed" || !this.#world.fault(nonsense)) return step;
    this.#world.trace.add("a step of the turn is nonsense");
    if (this.#world.random.chance(0.5)) return { ...step, drafts: garbled(step.drafts) };
    return { ...step, state: garbled(step.state) };
  }

  #failed(): { kind: "failed"; reason: string; usage: Usage } {
    const reason = this.#world.random.of(failures);
    this.#world.trace.add(`fails: ${reason}`);
    return { kind: "failed", reason, usage };
  }

  #requireAvailable(fn: FunctionRef): void {
    if (!this.#world.fault(unavailable)) return;
    this.#world.trace.add(`${fn.name} is not to be had`);
    throw new EventoError("FUNCTION_UNAVAILABLE", `${fn.name} can't be run now`, { retryable: true });
  }

  #outside(label: string): Promise<void> {
    return this.#world.outside(this.#life, label);
  }
}

/** Bytes of no schema at all: there is something after the end. */
function garbled(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([bytes, Buffer.from([0xff])]);
}
