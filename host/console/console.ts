// The console at `/`: static files that show what the API tells. They are open to everybody; the data that they ask for are not.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

import type { Context } from "koa";

import { EventoError } from "../errors.ts";
import type { RouteTable } from "../rest/route-table.ts";

const mediaTypes: ReadonlyMap<string, string> = new Map([
  ["html", "text/html; charset=utf-8"],
  ["js", "text/javascript; charset=utf-8"],
  ["css", "text/css; charset=utf-8"],
  ["svg", "image/svg+xml"],
]);

/** Nothing inline, nothing from elsewhere, and no text becomes markup but through the library's own policy. */
const securityHeaders = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types lit-html",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

/** Files of lit-html that the console runs, unchanged, in the folders where they look for each other. */
const library = new URL("../", import.meta.resolve("lit-html"));
const libraryFiles = ["lit-html.js", "directive.js", "directive-helpers.js", "directives/repeat.js"];
const ownFiles = new URL("served/", import.meta.url);

type ServedFile = { readonly bytes: Buffer; readonly zipped: Buffer; readonly type: string; readonly etag: string };

/** Adds the console's routes to the table. They are no part of the API, nor of the document about it. */
export function mountConsole(table: RouteTable): void {
  /** No more of them than there are files. */
  const files = new Map<string, ServedFile>();
  const serve = async (ctx: Context, url: URL | undefined): Promise<void> => {
    if (url === undefined) throw unknownFile(ctx.path);
    const file = files.get(url.href) ?? (await read(url));
    files.set(url.href, file);
    answerFile(ctx, file);
  };
  const page = new URL("index.html", ownFiles);
  table.add("get", "/", (ctx) => serve(ctx, page));
  table.add("get", "/console/assets/:file", (ctx, { file = "" }) => serve(ctx, ownFile(file)));
  table.add("get", "/console/library/*", (ctx, { "*": file = "" }) => serve(ctx, libraryFile(file)));
  // Every place has an address of its own; which page is there, the browser's side knows.
  for (const path of ["/console", "/console/*"]) table.add("get", path, (ctx) => serve(ctx, page));
}

function ownFile(name: string): URL | undefined {
  return /^[a-z-]+\.(?:js|css|svg)$/.test(name) ? new URL(name, ownFiles) : undefined;
}

function libraryFile(name: string): URL | undefined {
  return libraryFiles.includes(name) ? new URL(name, library) : undefined;
}

/** @throws EventoError PATH_UNKNOWN */
async function read(url: URL): Promise<ServedFile> {
  let bytes: Buffer;
  try {
    bytes = await readFile(url);
  } catch (cause) {
    throw unknownFile(url.pathname.slice(url.pathname.lastIndexOf("/") + 1), cause);
  }
  const type = mediaTypes.get(url.pathname.slice(url.pathname.lastIndexOf(".") + 1)) ?? "application/octet-stream";
  const etag = `"${createHash("sha256").update(bytes).digest("base64url")}"`;
  return { bytes, zipped: gzipSync(bytes, { level: 9 }), type, etag };
}

function unknownFile(name: string, cause?: unknown): EventoError {
  return new EventoError("PATH_UNKNOWN", `found no file ${JSON.stringify(name.slice(0, 100))} of the console`, {
    cause,
  });
}

function answerFile(ctx: Context, { bytes, zipped, type, etag }: ServedFile): void {
  ctx.status = 200;
  ctx.set({ ...securityHeaders, ETag: etag, "Cache-Control": "no-cache", "Content-Type": type });
  ctx.vary("Accept-Encoding");
  if (ctx.fresh) {
    ctx.status = 304;
    return;
  }
  const isZipped = ctx.acceptsEncodings("gzip", "identity") === "gzip";
  if (isZipped) ctx.set("Content-Encoding", "gzip");
  ctx.body = isZipped ? zipped : bytes;
}
