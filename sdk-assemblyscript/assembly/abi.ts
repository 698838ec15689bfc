// The canonical ABI of WebAssembly components: the only file that touches the host's calls. Authors never see it.
import { Commands, Events } from "./answers";
import { Writer } from "./avro";
import { Payload } from "./payload";

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
  spend(length);
  if (length != 0) heap.free(pointer);
}

/** Where answers lie: tag 4 | pointer 4 | length 4. The bytes they point to are freed after the host has read them. */
const ANSWER = heap.alloc(16);

/** What calls have likely left behind since memory was last collected, and how much of it is let be. */
let garbage: usize = 0;
const GARBAGE_MAX: usize = 2 << 20;
/** What any call, or event of a fold, is thought to leave, however small its arguments. */
let garbageLeast: usize = 8 << 10;
const GARBAGE_LEAST_MAX: usize = 64 << 10;
/** Memory that goes beyond these pages, of 64 KiB, in spite of that shows that more is left: then it is collected sooner. */
const PAGES_USUAL: i32 = 64;
/** Pages of memory when it was last collected. */
let pages: i32 = memory.size();

/** Notes that so many bytes of Avro were read or written: as objects they take several times the room. */
export function spend(bytes: usize): void {
  garbage += garbageLeast + bytes * 4;
}

/**
 * Collects memory when there is much to be had. Only what variables of modules hold lives on: nothing of a call may be on the stack.
 */
export function collectIfDue(): void {
  const grown = memory.size() != pages;
  if (garbage < GARBAGE_MAX && !grown) return;
  if (grown && memory.size() > PAGES_USUAL) garbageLeast = min(garbageLeast << 1, GARBAGE_LEAST_MAX);
  __collect();
  garbage = 0;
  pages = memory.size();
}

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

export function answerRecord(record: Payload): usize {
  const writer = new Writer();
  record.write(writer);
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

/** After the host has read an answer: nothing of the call is on the stack any more. */
export function freeAnswer(answer: usize): void {
  heap.free(load<usize>(answer, 4));
  collectIfDue();
}
