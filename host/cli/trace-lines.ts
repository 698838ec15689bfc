// A causation tree, drawn.
//
//   external my-first-transfer
//   └─ done TransferFunds → checking:1
//      └─ FundsSent #3 checking:1 {"amount":"40.00",…}  +2 ms
//         └─ done ReceiveDeposit → savings:1
import { commandHead, eventLine, statusText } from "./command-text.ts";
import { fieldOf, listField, textField } from "../client/json-fields.ts";
import type { Terminal } from "./terminal.ts";
import { visibleText } from "./visible-text.ts";

type Drawing = {
  /** The node that was asked for is marked. */
  readonly asked: string;
  /** Milliseconds since 1970 of the first node. */
  readonly start: number;
  readonly terminal: Terminal;
};

/** The tree's lines; the node with the id that was asked for ends in a mark. */
export function traceLines(trace: unknown, asked: string, terminal: Terminal): string[] {
  const children = listField(trace, "children");
  const drawing = { asked, start: timeOf(children[0]), terminal };
  const lines = [`external ${terminal.styled(visibleText(textField(trace, "id")), "strong")}`];
  lines.push(...childLines(children, "", drawing));
  if (fieldOf(trace, "truncated") === true) lines.push("… the tree has more commands than are shown");
  return lines;
}

function childLines(children: readonly unknown[], indent: string, drawing: Drawing): string[] {
  return children.flatMap((node, index) => {
    const isLast = index === children.length - 1;
    const ownIndent = `${indent}${isLast ? "   " : "│  "}`;
    const [first = "", ...rest] = nodeLines(node, ownIndent.length, drawing);
    return [
      `${indent}${isLast ? "└─ " : "├─ "}${first}`,
      ...rest.map((line) => `${ownIndent}${line}`),
      ...childLines(listField(node, "children"), ownIndent, drawing),
    ];
  });
}

function nodeLines(node: unknown, indent: number, { asked, start, terminal }: Drawing): string[] {
  const subject = subjectOf(node);
  const since = terminal.styled(`+${timeOf(node) - start} ms`, "faint");
  const mark = textField(subject, "id") === asked ? terminal.styled(" ◀", "good") : "";
  const tail = `  ${since}${mark}`;
  if (fieldOf(node, "event") !== undefined) return [`${eventLine(subject, terminal, indent + 14)}${tail}`];
  const error = textField(node, "last_error");
  const head = `${statusText(textField(node, "status"), terminal)} ${commandHead(subject, terminal)}${tail}`;
  return error === "" ? [head] : [head, `   ${terminal.styled(visibleText(error), "bad")}`];
}

function subjectOf(node: unknown): unknown {
  return fieldOf(node, "event") ?? fieldOf(node, "command");
}

function timeOf(node: unknown): number {
  const time = Date.parse(textField(subjectOf(node), "time"));
  return Number.isNaN(time) ? 0 : time;
}
