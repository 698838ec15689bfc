// A host that does nothing but publish, to be killed at any moment. Arguments: broker, log, count, bytes.
import { setTimeout as delay } from "node:timers/promises";

import { PublishingLog, published } from "./publishing-log.ts";

const [broker = "", log = "", count = "0", payloadBytes = "0"] = process.argv.slice(2);
const publishing = await PublishingLog.open({ log, payloadBytes: Number(payloadBytes) });
await publishing.append(Number(count));
const publisher = publishing.publisher(broker);
process.stdout.write("starting\n");
publisher.start();
while (publisher.status().state !== "following") await delay(5);
process.stdout.write("following\n");
await published(publisher);
await publisher.close();
process.stdout.write("done\n");
