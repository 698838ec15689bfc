// A process that listens at a socket until it is killed, and so leaves the socket's file behind.
import { writeSync } from "node:fs";
import { createServer } from "node:net";

createServer().listen(process.argv[2], () => writeSync(1, "listening\n"));
