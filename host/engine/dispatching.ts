// All dispatchers that are deployed, each with a loop of its own: one that lags or fails holds up no other.
import { Dispatch, type DispatchContext } from "./dispatch.ts";

type Running = { readonly dispatch: Dispatch; readonly ended: Promise<void> };

export class Dispatching {
  readonly #context: DispatchContext;
  readonly #onFatal: (error: unknown) => void;
  readonly #running = new Map<string, Running>();
  #closed = false;

  constructor(context: DispatchContext, onFatal: (error: unknown) => void) {
    this.#context = context;
    this.#onFatal = onFatal;
  }

  /** Starts what is deployed and does not run. */
  start(): void {
    if (this.#closed) return;
    for (const { name } of this.#context.deployments.dispatchers()) {
      if (this.#running.has(name)) continue;
      const dispatch = new Dispatch(name, this.#context);
      this.#running.set(name, { dispatch, ended: dispatch.run().catch(this.#onFatal) });
    }
  }

  /** Ends the loop of one dispatcher, after what it has under way. */
  async stop(name: string): Promise<void> {
    const running = this.#running.get(name);
    if (running === undefined) return;
    running.dispatch.stop();
    await running.ended;
    this.#running.delete(name);
  }

  retryParked(name: string): void {
    this.#running.get(name)?.dispatch.retryParked();
  }

  /** Events that a dispatcher has yet to see. */
  lag(name: string): number {
    return this.#running.get(name)?.dispatch.lag ?? 0;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#running.keys()].map((name) => this.stop(name)));
  }
}
