import { Writable } from "node:stream";

import test from "ava";

import { errorText } from "../../host/cli/error-text.ts";
import { printTable } from "../../host/cli/table.ts";
import { Terminal } from "../../host/cli/terminal.ts";
import { traceLines } from "../../host/cli/trace-lines.ts";
import { EventoError } from "../../host/errors.ts";

test("colours reach a terminal that takes them, and nothing else", (t) => {
  const coloured = written({ isTTY: true, hasColors: () => true }, (terminal) =>
    terminal.result(terminal.styled("x", "good")),
  );
  t.true(coloured.includes("\u001B"));
  t.is(
    written({ isTTY: true, hasColors: () => false }, (terminal) => terminal.result(terminal.styled("x", "good"))),
    "x\n",
  );
  t.is(
    written({}, (terminal) => terminal.result(terminal.styled("x", "good"))),
    "x\n",
  );
});

test("a table is aligned, and cut to the width of the terminal", (t) => {
  const output = written({ isTTY: true, columns: 20 }, (terminal) =>
    printTable(
      [
        { name: "a", count: 7, about: "short" },
        { name: "longer", count: 1000, about: "longer than the terminal" },
      ],
      [
        { heading: "NAME", text: (row) => row.name },
        { heading: "COUNT", text: (row) => String(row.count), align: "right" },
        { heading: "ABOUT", text: (row) => row.about },
      ],
      terminal,
    ),
  );
  t.is(output, "NAME    COUNT  ABOUT\na           7  short\nlonger   1000  long…\n");
});

test("what comes from a payload can't move the cursor", (t) => {
  const node = {
    event: { id: "e", event_type: "T\u001B[2J", entity: "a:1\r", sequence: 1, payload: "\u009B31m" },
    children: [],
  };
  const output = written({ isTTY: true, hasColors: () => false }, (terminal) => {
    for (const line of traceLines({ id: "x\u0007", children: [node] }, "e", terminal)) terminal.result(line);
    printTable([{}], [{ heading: "H", text: () => "\u001B[2J" }], terminal);
    terminal.result(errorText(new EventoError("A", "b\u001B[2J", { hint: "\u001B" }), terminal));
  });
  // oxlint-disable-next-line no-control-regex -- control characters are what must not be there
  t.notRegex(output, /[\u0000-\u0009\u000B-\u001F\u007F-\u009F]/);
});

test("a causation tree is drawn with its branches, the node that was asked for marked", (t) => {
  const time = (ms: number): string => new Date(1_700_000_000_000 + ms).toISOString();
  const commandOf = (id: string, ms: number, children: unknown[]): unknown => ({
    kind: "command",
    command: { id, command_type: "Do", entity: "a:1", time: time(ms) },
    status: "done",
    children,
  });
  const eventOf = (id: string, sequence: number, ms: number, children: unknown[]): unknown => ({
    kind: "event",
    event: { id, event_type: "Done", entity: "a:1", sequence, time: time(ms), payload: { n: 1 } },
    children,
  });
  const trace = {
    id: "c1",
    children: [commandOf("c1", 0, [eventOf("e1", 1, 2, [commandOf("c2", 5, [])]), eventOf("e2", 2, 2, [])])],
  };
  const output = written({ isTTY: true, columns: 80 }, (terminal) => {
    for (const line of traceLines(trace, "c2", terminal)) terminal.result(line);
  });
  t.is(
    output,
    `external c1
└─ done Do → a:1  +0 ms
   ├─ Done #1 a:1 {"n":1}  +2 ms
   │  └─ done Do → a:1  +5 ms ◀
   └─ Done #2 a:1 {"n":1}  +2 ms
`,
  );
});

test("an error shows its faults by path and ends in what to do", (t) => {
  const error = new EventoError("PAYLOAD_INVALID", "the payload is off its schema", {
    faults: [{ path: "payload.amount", message: "is missing" }],
    hint: "see the schema",
  });
  const output = written({}, (terminal) => terminal.result(errorText(error, terminal)));
  t.is(
    output,
    "error: the payload is off its schema (PAYLOAD_INVALID)\n  payload.amount: is missing\nhint: see the schema\n",
  );
});

/** What a function writes to a terminal with some properties. */
function written(
  properties: { isTTY?: boolean; columns?: number; hasColors?: () => boolean },
  write: (terminal: Terminal) => void,
): string {
  const chunks: string[] = [];
  const collector = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  write(new Terminal({ stdout: Object.assign(collector, properties), stderr: new Writable() }));
  return chunks.join("");
}
