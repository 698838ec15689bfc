// Given / when / then tests of a function, without a server: the module that will be deployed runs in the test, and what it answers is
// held against its schema as a host does.
//
//   const account = await functionUnderTest(import.meta.dirname);
//
//   test("a deposit raises the balance", (t) => {
//     const { events, state } = account.given([opened]).when({ command_type: "ReceiveDeposit", payload: { amount: "5.00" } });
//     t.deepEqual(events, [{ entity: "checking:1", event_type: "DepositReceived", payload: { … } }]);
//     t.like(state, { balance: "5.00" });
//   });
import { AggregateUnderTest } from "./aggregate-under-test.ts";
import { buildFunction } from "./build-function.ts";
import { CoreInstance } from "./core-instance.ts";
import { DispatcherUnderTest } from "./dispatcher-under-test.ts";

/** Builds the handler and aggregator in a folder for its tests. @throws EventoError BUILD_FAILED */
export async function functionUnderTest(directory: string): Promise<AggregateUnderTest> {
  const built = await buildFunction(directory);
  if (built.kind !== "component" || built.manifest.kind !== "aggregate")
    throw new Error(`${directory} holds no handler or aggregator: a dispatcher is tested with dispatcherUnderTest`);
  const { schema } = built.manifest;
  const aggregate = `${schema.rootEntityType}:1`;
  return new AggregateUnderTest({ core: new CoreInstance(built.core), schema, aggregate, state: null, sequence: 0 });
}

/** Builds the dispatcher in a folder for its tests. @throws EventoError BUILD_FAILED */
export async function dispatcherUnderTest(directory: string): Promise<DispatcherUnderTest> {
  const built = await buildFunction(directory);
  if (built.kind !== "component" || built.manifest.kind !== "dispatcher")
    throw new Error(`${directory} holds no dispatcher: a handler or aggregator is tested with functionUnderTest`);
  return new DispatcherUnderTest({ core: new CoreInstance(built.core), schemas: built.manifest.schemas });
}
