// Prints each event of the topic: its position in the log, its type, whom it is about, and what it says.
import avro from "avsc";
import { Kafka, logLevel } from "kafkajs";

const [brokers, registry] = process.argv.slice(2);
const types = new Map();

/** The Avro type behind a number of the registry, asked for once. */
async function typeOf(id) {
  if (!types.has(id)) {
    const response = await fetch(`${registry}/schemas/ids/${id}`);
    if (!response.ok) throw new Error(`the registry answered ${response.status} for schema ${id}`);
    const { schema } = await response.json();
    types.set(id, avro.Type.forSchema(JSON.parse(schema)));
  }
  return types.get(id);
}

const kafka = new Kafka({ clientId: "greetings-node", brokers: brokers.split(","), logLevel: logLevel.WARN });
// read_committed is what kafkajs does unless it is told otherwise.
const consumer = kafka.consumer({ groupId: "greetings-node" });
await consumer.connect();
await consumer.subscribe({ topic: "kf-evento-events", fromBeginning: true });
await consumer.run({
  async eachMessage({ message }) {
    const header = (name) => message.headers[name].toString();
    // The host's own history, such as evento.FunctionDeployed, is on the topic too.
    if (header("ce_type").startsWith("evento.")) return;
    // Confluent's framing: a zero, four bytes of schema number, then Avro.
    const type = await typeOf(message.value.readUInt32BE(1));
    const payload = type.fromBuffer(message.value.subarray(5));
    const line = [header("ce_position"), header("ce_type"), header("ce_subject"), JSON.stringify(payload)].join(" ");
    process.stdout.write(`${line}\n`);
  },
});
