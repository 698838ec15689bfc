"use strict";
// One command of a turn: handle, make events of the drafts, fold them. Used by the function process and by functions in memory,
// so that a turn means the same in both.
const { eventArrayOf } = require("./event-array.cjs");

function sumOf(one, other) {
  return {
    duration_us: one.duration_us + other.duration_us,
    memory_bytes: Math.max(one.memory_bytes, other.memory_bytes),
  };
}

/**
 * Decides one command. `handle` and `aggregate` answer `{kind: "ok", bytes, usage}` or `{kind: "failed", reason, usage}` and
 * never throw. What comes back has the state after the command's events, or the reason why there are none.
 */
function decide({ handle, aggregate, eventsMax, stateBytesMax }, { command, state, sequence, time }) {
  const handled = handle(command, state);
  if (handled.kind === "failed") return handled;
  let events;
  try {
    events = eventArrayOf({ command, drafts: handled.bytes, sequence, time, countMax: eventsMax });
  } catch (error) {
    return { kind: "failed", reason: `the handler's answer is unusable: ${error.message}`, usage: handled.usage };
  }
  const folded = aggregate(state, events.bytes);
  const usage = sumOf(handled.usage, folded.usage);
  if (folded.kind === "failed")
    return { kind: "failed", reason: `the events could not be folded: ${folded.reason}`, usage };
  if (folded.bytes.length > stateBytesMax)
    return {
      kind: "failed",
      reason: `the state after the events has ${folded.bytes.length} bytes, at most ${stateBytesMax} allowed`,
      usage,
    };
  return { kind: "decided", drafts: handled.bytes, state: folded.bytes, sequence: sequence + events.count, usage };
}

module.exports = { decide };
