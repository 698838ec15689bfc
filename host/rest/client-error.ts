// Requests that are no HTTP: Node's parser refuses them before there is a request to answer.
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

import { EventoError } from "../errors.ts";
import { problemOf } from "./problem.ts";

const codes: { readonly [code: string]: string } = {
  HPE_HEADER_OVERFLOW: "HEAD_TOO_LARGE",
  ERR_HTTP_REQUEST_TIMEOUT: "HEAD_INCOMPLETE",
};

/** Answers a problem on the bare socket and ends it. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Duplex): void {
  // Who can't agree on how to encrypt can't be told anything.
  const isTls = error.code?.startsWith("ERR_SSL") === true || error.code?.startsWith("ERR_TLS") === true;
  if (!socket.writable || error.code === "ECONNRESET" || isTls) {
    socket.destroy();
    return;
  }
  const code = codes[error.code ?? ""] ?? "REQUEST_INVALID";
  const problem = problemOf(new EventoError(code, "found bytes that are no request, expected HTTP/1.1"));
  const status = problem?.status ?? 400;
  const body = JSON.stringify(problem);
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/problem+json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
  socket.end(head + body);
}
