// The canonical ABI of WebAssembly components: the only file that touches the host's calls. Authors never see it.
import { Commands, Events } from "./answers";
import { Writer } from "./avro";

@external("evento:functions/host@1.0.0", "log")
declare function hostLog(level: i32, pointer: usize, length: usize): void;

export function logAt(level: i32, message: string): void {
  const bytes = String.UTF8.encode(message, false, String.UTF8.ErrorMode.REPLACE);
  hostLog(level, changetype<usize>(bytes), bytes.byteLength);
}

/** What the compiler calls for `throw`, `assert` and its own checks: the message goes to the host's log, then it traps. */
export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  const where = file === null ? "" : " (" + file + ":" + line.toString() + ":" + column.toString() + ")";
  logAt(4, (message === null ? "aborted" : message) + where);
  unreachable();
}

/** Memory that the host fills with arguments: unmanaged, freed when the call is done. */
export function allocate(old: usize, oldSize: usize, align: usize, size: usize): usize {
  if (size == 0) return align;
  return old != 0 && oldSize != 0 ? heap.realloc(old, size) : heap.alloc(size);
}

export function freeArgument(pointer: usize, length: usize): void {
  if (length != 0) heap.free(pointer);
}

/** Where answers lie: tag 4 | pointer 4 | length 4. The bytes they point to are freed after the host has read them. */
const ANSWER = heap.alloc(16);
let calls: i32 = 0;
let pages: i32 = memory.size();

function answer(tag: u32, writer: Writer): usize {
  store<u32>(ANSWER, tag);
  store<usize>(ANSWER, writer.base, 4);
  store<usize>(ANSWER, writer.length, 8);
  return ANSWER;
}

function failed(reason: string): usize {
  const writer = new Writer(<usize>String.UTF8.byteLength(reason) + 1);
  const length = <usize>String.UTF8.byteLength(reason);
  String.UTF8.encodeUnsafe(changetype<usize>(reason), reason.length, writer.at, false, String.UTF8.ErrorMode.REPLACE);
  writer.at += length;
  return answer(1, writer);
}

export function answerEvents(events: Events, target: string): usize {
  const failure = events.failure;
  if (failure !== null) return failed(failure);
  const writer = new Writer();
  events.write(writer, target);
  return answer(0, writer);
}

export function answerCommands(commands: Commands): usize {
  const writer = new Writer();
  commands.write(writer);
  return answer(0, writer);
}

export function answerWriter(writer: Writer): usize {
  return answer(0, writer);
}

export function answerFailure(reason: string): usize {
  return failed(reason);
}

/** `describe` answers a plain string: pointer 4 | length 4. */
export function answerText(text: string): usize {
  failed(text);
  store<usize>(ANSWER, load<usize>(ANSWER, 4), 0);
  store<usize>(ANSWER, load<usize>(ANSWER, 8), 4);
  return ANSWER;
}

export function freeText(answer: usize): void {
  heap.free(load<usize>(answer));
}

/** After the host has read an answer. No frame of the function is on the stack here, so it is safe to collect. */
export function freeAnswer(answer: usize): void {
  heap.free(load<usize>(answer, 4));
  // Seldom enough to cost little. Memory that has grown tells of much garbage, which the next call had better use again.
  if ((++calls & 63) != 0 && memory.size() == pages) return;
  __collect();
  pages = memory.size();
}
