// The host of a benchmark, as a child process that tells its parent where it listens.
import { join } from "node:path";

import { readConfig } from "../../host/config.ts";
import { Host } from "../../host/host.ts";
import { JsonLog } from "../../host/json-log.ts";

const log = new JsonLog();
const data = join(process.argv[2] ?? "", "data");
const config = readConfig({
  flags: { listen: "127.0.0.1:0", data, kafka_brokers: process.argv[3] },
  environment: {},
});
const host = await Host.open({
  config,
  logger: {
    log(level, event, fields) {
      // What functions log goes the way it goes, and is not shown.
      if (level === "error" && event !== "function.log") log.log(level, event, fields);
    },
  },
  onFatal: () => process.exit(70),
});
process.send?.(host.url);
process.once("SIGTERM", () => {
  host.close().then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
