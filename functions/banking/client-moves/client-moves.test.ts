import test from "ava";

import { dispatcherUnderTest } from "../../../sdk-assemblyscript/testing.ts";

const moves = await dispatcherUnderTest(import.meta.dirname);

test("every account that refers to a client who moved learns the district", (t) => {
  const { commands } = moves.when({
    type: "Client.ClientMoved",
    entity: "client:1",
    payload: { district: 7 },
    referrers: ["checking:1", "credit:2", "savings:3"],
  });
  t.deepEqual(
    commands,
    ["checking:1", "credit:2", "savings:3"].map((entity) => ({
      entity,
      command_type: "UpdateDistrict",
      payload: { district: 7 },
    })),
  );
});

test("nothing follows for a client whom no account refers to", (t) => {
  t.deepEqual(moves.when({ type: "Client.ClientMoved", entity: "client:1", payload: { district: 7 } }).commands, []);
});
