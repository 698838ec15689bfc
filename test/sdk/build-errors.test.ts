import test, { type ExecutionContext } from "ava";

import { EventoError } from "../../host/errors.ts";
import { buildFunction } from "../../sdk-assemblyscript/build-function.ts";
import { functionFolder, type Files } from "./function-folder.ts";

const schema = [
  { type: "record", name: "Light", evento: "root", entity: "light", fields: [{ name: "on", type: "boolean" }] },
  { type: "record", name: "TurnOn", evento: "command", fields: [] },
  { type: "record", name: "TurnedOn", evento: "event", fields: [{ name: "at", type: "long" }] },
].map((node) => ({ namespace: "Light", ...node }));

/** A handler that would build, with a line of its own in line 5. */
function handler({ head = "", line = "", tail = "" }: { head?: string; line?: string; tail?: string } = {}): string {
  return `import { Command, Events, fail, log } from "evento";
import { Light, TurnOn, TurnedOn } from "./generated/light";
${head}
export function turnOn(command: TurnOn, state: Light | null, context: Command): Events {
  ${line}
  return Events.of(new TurnedOn(context.time));
}
${tail}`;
}

const aggregator = `import { Light, TurnedOn } from "./generated/light";
export function turnedOn(state: Light | null, event: TurnedOn): Light {
  return new Light(true);
}
`;

const light: Files = { "evento.json": { name: "light", schema: "Light.avsc" }, "Light.avsc": schema };

async function refusal(t: ExecutionContext, files: Files): Promise<EventoError> {
  const folder = await functionFolder(t, files);
  const error = await t.throwsAsync(buildFunction(folder), { instanceOf: EventoError });
  if (error === undefined) throw new Error("it was built");
  return error;
}

/** What is wrong, a line a fault: `handler.ts:5:3 message`. */
async function faultsOf(t: ExecutionContext, files: Files): Promise<readonly string[]> {
  const error = await refusal(t, { ...light, ...files });
  t.is(error.code, "BUILD_FAILED");
  const faults = error.faults.map(({ path, message }) => `${path} ${message}`);
  t.true(faults.every((fault) => error.message.includes(fault)));
  return faults;
}

test("the handler that these tests break is built", async (t) => {
  const folder = await functionFolder(t, { ...light, "handler.ts": handler(), "aggregator.ts": aggregator });
  t.like(await buildFunction(folder), { kind: "component", name: "light" });
});

type Case = readonly [what: string, handler: string, faults: readonly string[]];

const cases: readonly Case[] = [
  [
    "a command without a function is named, with the function that is expected",
    'import { Events } from "evento";\n',
    [
      "handler.ts has no function for the command TurnOn; expected `turnOn(command: TurnOn, state: Light | null): Events`, which may also take `context: Command`",
    ],
  ],
  [
    "a function for no command is told of at its place",
    handler({ tail: "export function dim(): void {}" }),
    [
      "handler.ts:8:17 exports dim, which is no command of the schema; expected turnOn. A helper is to be without `export`, or in a file of its own",
    ],
  ],
  [
    "a parameter of another type is told of beside the one expected",
    handler().replace("Light | null", "Light"),
    [
      "handler.ts:4:17 found `turnOn(command: TurnOn, state: Light, context: Command): Events`; expected `turnOn(command: TurnOn, state: Light | null): Events`, which may also take `context: Command`",
    ],
  ],
  [
    "an answer of another type is told of beside the one expected",
    handler().replace("): Events", "): Events | null"),
    [
      "handler.ts:4:17 found `turnOn(command: TurnOn, state: Light | null, context: Command): Events | null`; expected `turnOn(command: TurnOn, state: Light | null): Events`, which may also take `context: Command`",
    ],
  ],
  [
    "what is no AssemblyScript is told of alone",
    handler({ line: "const x = ;" }).replace("turnOn(", "turnOff("),
    ["handler.ts:5:13 Expression expected."],
  ],
  [
    "types are called as the author calls them",
    handler({ line: 'new TurnedOn("now");' }),
    ["handler.ts:5:16 Type 'string' is not assignable to type 'i64'."],
  ],
  [
    "who forgets that a state may be null is told to ask",
    handler({ line: "const on: bool = state.on;" }),
    [
      "handler.ts:5:20 Type 'Light | null' is not assignable to type 'Light' (it may be null: ask `if (… === null)` first)",
    ],
  ],
  [
    "randomness is refused where it is used",
    handler({ line: "const chance = Math.random();" }),
    ["handler.ts:5:18 uses Math.random, but functions are pure: let the command carry what is to be random"],
  ],
  [
    "randomness is refused in a helper too",
    handler({ line: "dice();", head: "function dice(): f64 { return Math.random() * 6; }" }),
    ["handler.ts:3:31 uses Math.random, but functions are pure: let the command carry what is to be random"],
  ],
  [
    "a clock is refused where it is read",
    handler({ line: "return Events.of(new TurnedOn(Date.now()));" }),
    [
      "handler.ts:5:33 uses Date.now, but functions are pure: use the `time` of the command or event, which handler and dispatcher functions may take as `context`",
    ],
  ],
  [
    "the console is refused, and log named instead",
    handler({ line: 'console.log("on");' }),
    ['handler.ts:5:3 uses console.log, but functions are pure: use `log` from "evento"'],
  ],
  [
    "imports that an author declares are refused",
    handler({ line: "now();", head: "declare function now(): f64;" }),
    [
      "handler.ts imports handler.now: functions are pure; all that it needs comes with the command, the state or the event",
    ],
  ],
  [
    "who waits is told what to do instead",
    handler({ line: "setTimeout(() => {}, 1);" }),
    [
      "handler.ts:5:3 Cannot find name 'setTimeout' (functions do not wait: a dispatcher can hold a command back with `notBefore`)",
    ],
  ],
  [
    "packages are refused",
    handler({ head: 'import { sum } from "lodash";', line: "sum();" }),
    [
      'handler.ts:3:21 File \'~lib/lodash.ts\' not found (functions use no packages but "evento"; their own files are imported by paths such as "./prices")',
    ],
  ],
];

for (const [what, text, expected] of cases)
  test(what, async (t) => {
    t.deepEqual(await faultsOf(t, { "handler.ts": text }), expected);
  });

test("several faults are told of at once", async (t) => {
  const faults = await faultsOf(t, {
    "handler.ts": handler({ line: 'const a: i32 = "a"; const b: string = 1;' }),
  });
  t.true(faults.length > 1, faults.join("\n"));
});

test("a fault in a file that the handler imports is told of there", async (t) => {
  const faults = await faultsOf(t, {
    "handler.ts": handler({ head: 'import { price } from "./prices";', line: "price();" }),
    "prices.ts": 'export function price(): i64 {\n  return "a lot";\n}\n',
  });
  t.deepEqual(faults, ["prices.ts:2:10 Type 'string' is not assignable to type 'i64'."]);
});

test("an event without a function in the aggregator is named", async (t) => {
  t.deepEqual(await faultsOf(t, { "aggregator.ts": "export const nothing = 1;\n" }), [
    "aggregator.ts has no function for the event TurnedOn; expected `turnedOn(state: Light | null, event: TurnedOn): Light`, which may also take `context: Event`",
  ]);
});

test("aliases of imports are understood", async (t) => {
  const text = handler().replace("TurnOn,", "TurnOn as Order,").replace("command: TurnOn", "command: Order");
  const folder = await functionFolder(t, { ...light, "handler.ts": text });
  t.is((await buildFunction(folder)).kind, "component");
});

test("a comment or a text about a clock does no harm", async (t) => {
  const text = handler({
    head: "// Math.random()",
    line: 'log.info("Date.now()");',
  });
  const folder = await functionFolder(t, { ...light, "handler.ts": text });
  t.is((await buildFunction(folder)).kind, "component");
});

test("a function that trips the compiler up is a fault, and the next one builds", async (t) => {
  // Two members of one name break an assertion inside of the compiler, and its command line would end the process.
  const twice =
    "class Twice {\n  constructor(public constructor: i32 = 0) {}\n  static make(): Twice { return new Twice(1); }\n}";
  const faults = await faultsOf(t, { "handler.ts": handler({ line: "Twice.make();", tail: twice }) });
  t.is(faults[0], "handler.ts:9:3 Duplicate identifier 'constructor'.");
  const folder = await functionFolder(t, { ...light, "handler.ts": handler() });
  t.is((await buildFunction(folder)).kind, "component");
});

test("a folder without a handler and an aggregator says which files it could have", async (t) => {
  const error = await refusal(t, light);
  t.is(error.code, "BUILD_FAILED");
  t.regex(error.message, /has no handler\.ts and no aggregator\.ts$/);
  t.regex(error.hint ?? "", /evento new/);
});
