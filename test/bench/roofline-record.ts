// What the roofline writes and sends: a command and an event with as many fields as an event-sourced server needs of them.
import avro from "avsc";

export type RooflineCommand = {
  readonly id: string;
  readonly type: string;
  readonly entity: string;
  readonly amount: number;
  readonly source: string;
  readonly time: number;
  readonly user: string;
  readonly correlation: string;
  readonly causation: string;
};

const string = (name: string) => ({ name, type: "string" }) as const;
const shared = [
  string("id"),
  string("type"),
  string("entity"),
  { name: "amount", type: "double" } as const,
  string("source"),
  { name: "time", type: "long" } as const,
  string("correlation"),
  string("causation"),
];

export const commandType = avro.Type.forSchema({
  type: "record",
  name: "Command",
  fields: [...shared, string("user")],
});
export const eventType = avro.Type.forSchema({
  type: "record",
  name: "Event",
  fields: [...shared, { name: "sequence", type: "long" }],
});
