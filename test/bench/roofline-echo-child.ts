// The roofline's function: reads a command, answers its amount.
import { FrameWriter, onFrames } from "./roofline-frames.ts";
import { commandType } from "./roofline-record.ts";

const answers = new FrameWriter(process.stdout);
onFrames(process.stdin, (message) => {
  const answer = Buffer.allocUnsafe(8);
  answer.writeDoubleLE(commandType.fromBuffer(message).amount, 0);
  answers.send(answer);
});
process.stdin.once("end", () => process.exit(0));
