import test from "ava";

import { isolationLevels } from "../../host/functions/isolation.ts";
import { HostHarness } from "../host-harness.ts";

test("the level of isolation in force is shown, and is the best that the machine offers", async (t) => {
  const host = await HostHarness.start(t);
  const ready: unknown = await (await fetch(`${host.url}/readyz`)).json();
  t.like(ready, { isolation_level: isolationLevels()[0] });
  t.regex(host.log, /isolation level/);
});

test("a host on a machine that offers less isolation than is asked for does not start, and says what to do", async (t) => {
  // Without the programs that seal a process.
  const environment = { PATH: "/nowhere", EVENTO_ISOLATION: "1" };
  const error = await t.throwsAsync(HostHarness.start(t, { environment }));
  t.regex(error.message, /ISOLATION_INSUFFICIENT/);
  t.regex(error.message, /util-linux/);
});

test("a level that there is not is an error of the settings", async (t) => {
  const error = await t.throwsAsync(HostHarness.start(t, { environment: { EVENTO_ISOLATION: "3" } }));
  t.regex(error.message, /EVENTO_ISOLATION "3".*CONFIG_INVALID/s);
});
