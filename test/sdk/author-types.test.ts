import test, { type ExecutionContext } from "ava";

import type { AggregateUnderTest } from "../../sdk-assemblyscript/aggregate-under-test.ts";
import { functionUnderTest } from "../../sdk-assemblyscript/testing.ts";
import { functionFolder } from "./function-folder.ts";

const schema = [
  { type: "enum", name: "Status", symbols: ["OPEN", "CLOSED"] },
  { type: "fixed", name: "Key", size: 2 },
  { type: "record", name: "Address", fields: [{ name: "street", type: "string" }] },
  {
    type: "record",
    name: "Order",
    evento: "root",
    entity: "order",
    fields: [
      { name: "target", type: ["null", "string", "long", "Address", "Status", { type: "array", items: "string" }] },
    ],
  },
  {
    type: "record",
    name: "Look",
    evento: "command",
    fields: [
      { name: "target", type: ["null", "string", "long", "Address", "Status", { type: "array", items: "string" }] },
      {
        name: "amount",
        type: ["null", { type: "bytes", logicalType: "decimal", precision: 9, scale: 2 }],
        default: null,
      },
      { name: "count", type: ["null", "int"], default: null },
      { name: "status", type: ["null", "Status"], default: null },
      { name: "key", type: ["null", "Key"], default: null },
      { name: "lines", type: { type: "map", values: "int" }, default: {} },
      { name: "nothing", type: "null", default: null },
    ],
  },
  {
    type: "record",
    name: "Looked",
    evento: "event",
    fields: [{ name: "saw", type: { type: "array", items: "string" } }],
  },
  { type: "record", name: "Make", evento: "command", fields: [{ name: "what", type: "string" }] },
  {
    type: "record",
    name: "Made",
    evento: "event",
    fields: [
      { name: "target", type: ["null", "string", "long", "Address", "Status", { type: "array", items: "string" }] },
      { name: "count", type: ["null", "int"] },
      { name: "status", type: ["Status", "null"] },
      { name: "lines", type: { type: "map", values: "int" } },
    ],
  },
].map((node) => ({ namespace: "Order", ...node }));

const handler = `
  import { Box, Events } from "evento";
  import { Address, Look, Looked, Made, Make, Order, OrderTarget, Status } from "./generated/order";

  export function look(command: Look, order: Order | null): Events {
    const target = command.target;
    const saw = new Array<string>();
    if (target.isNull) saw.push("null");
    if (target.isString) saw.push("string " + target.asString);
    if (target.isLong) saw.push("long " + target.asLong.toString());
    if (target.isAddress) saw.push("address " + target.asAddress.street);
    if (target.isStatus) saw.push("status " + Status[target.asStatus]);
    if (target.isArray) saw.push("array " + target.asArray.join("+"));
    const amount = command.amount;
    if (amount) saw.push("amount " + amount.toString());
    const count = command.count;
    if (count !== null) saw.push("count " + count.value.toString());
    if (command.status !== null) saw.push("status " + Status[command.status!.value]);
    const key = command.key;
    if (key !== null) saw.push("key " + key.bytes[1].toString());
    const names = command.lines.keys();
    for (let index = 0; index < names.length; index++) saw.push(names[index] + " " + command.lines.get(names[index]).toString());
    if (command.nothing === null) saw.push("nothing");
    return Events.of(new Looked(saw));
  }

  export function make(command: Make, order: Order | null): Events {
    const made = new Made(OrderTarget.ofNull(), null, null, new Map());
    const what = command.what;
    if (what == "string") made.target = OrderTarget.ofString("x");
    if (what == "long") made.target = OrderTarget.ofLong(-5);
    if (what == "address") made.target = OrderTarget.ofAddress(new Address("Main Street"));
    if (what == "status") made.target = OrderTarget.ofStatus(Status.CLOSED);
    if (what == "array") made.target = OrderTarget.ofArray(["a", "b"]);
    if (what == "wrong") return Events.of(new Looked([OrderTarget.ofLong(1).asString]));
    if (what == "missing") return Events.of(new Looked([made.lines.get("nowhere").toString()]));
    if (what == "values") {
      made.count = new Box(7);
      made.status = new Box(Status.CLOSED);
      made.lines.set("z", 1).set("a", 2);
    }
    return Events.of(made);
  }`;

async function orderOf(t: ExecutionContext): Promise<AggregateUnderTest> {
  const folder = await functionFolder(t, {
    "evento.json": { name: "orders", schema: "Order.avsc" },
    "Order.avsc": schema,
    "handler.ts": handler,
  });
  return functionUnderTest(folder);
}

test("a union tells which branch it holds, and gives it", async (t) => {
  const order = await orderOf(t);
  const saw = (target: unknown): unknown =>
    order.when({ command_type: "Look", payload: { target } }).events[0]?.payload;
  t.deepEqual(saw(null), { saw: ["null", "nothing"] });
  t.deepEqual(saw({ string: "OPEN" }), { saw: ["string OPEN", "nothing"] });
  t.deepEqual(saw({ long: "9223372036854775807" }), { saw: ["long 9223372036854775807", "nothing"] });
  t.deepEqual(saw({ street: "Main Street" }), { saw: ["address Main Street", "nothing"] });
  t.deepEqual(saw({ "Order.Status": "CLOSED" }), { saw: ["status CLOSED", "nothing"] });
  t.deepEqual(saw(["a", "b"]), { saw: ["array a+b", "nothing"] });
});

test("what may be null is asked for and taken out of its box", async (t) => {
  const payload = {
    target: null,
    amount: "12.50",
    count: -3,
    status: "CLOSED",
    key: "AAk=",
    lines: { z: 1, a: 2 },
  };
  const { events } = (await orderOf(t)).when({ command_type: "Look", payload });
  t.deepEqual(events[0]?.payload, {
    saw: ["null", "amount 12.50", "count -3", "status CLOSED", "key 9", "z 1", "a 2", "nothing"],
  });
});

test("a union is made of any of its branches", async (t) => {
  const order = await orderOf(t);
  const made = (what: string): unknown => order.when({ command_type: "Make", payload: { what } }).events[0]?.payload;
  t.like(made("null"), { target: null, count: null, status: null, lines: {} });
  t.like(made("string"), { target: "x" });
  t.like(made("long"), { target: -5 });
  t.like(made("address"), { target: { street: "Main Street" } });
  t.like(made("status"), { target: { "Order.Status": "CLOSED" } });
  t.like(made("array"), { target: ["a", "b"] });
  t.like(made("values"), { count: 7, status: "CLOSED", lines: { z: 1, a: 2 } });
});

test("to take the wrong branch of a union, or a key that is not there, fails and says so", async (t) => {
  const order = await orderOf(t);
  const failure = (what: string): string | undefined => order.when({ command_type: "Make", payload: { what } }).failure;
  t.regex(failure("wrong") ?? "", /^trapped: OrderTarget does not hold String \(generated\/order\.ts:/);
  t.regex(failure("missing") ?? "", /^trapped: Key does not exist/);
});
