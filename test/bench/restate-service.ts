// The bank's account as a virtual object of Restate: its handler reads the state, sets it and answers.
//
//   restate-service.ts <folder with the SDK> <port>
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

type State = { readonly balance: number; readonly version: number };
type Deposit = { readonly amount: number };
type ObjectContext = { get(name: string): Promise<State | null>; set(name: string, value: State): void };
/** What is used of the SDK, which is no dependency of Evento. */
type RestateSdk = {
  object(definition: {
    name: string;
    handlers: { [name: string]: (ctx: ObjectContext, body: Deposit) => unknown };
  }): object;
  serve(options: { services: readonly object[]; port: number }): Promise<unknown>;
};

const [, , folder = "", port = ""] = process.argv;
const resolve = createRequire(join(folder, "package.json")).resolve;
const restate: RestateSdk = await import(pathToFileURL(resolve("@restatedev/restate-sdk")).href);

const account = restate.object({
  name: "account",
  handlers: {
    deposit: async (ctx, { amount }) => {
      const { balance, version } = (await ctx.get("state")) ?? { balance: 0, version: 0 };
      const state = { balance: balance + amount, version: version + 1 };
      ctx.set("state", state);
      return state;
    },
  },
});
await restate.serve({ services: [account], port: Number(port) });
