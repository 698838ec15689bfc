// The console at `/`: static files that show what the API tells. They are open to everybody; the data that they ask for are not.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import type { Router } from "@koa/router";
import type { Context } from "koa";

import { EventoError } from "../errors.ts";

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

/** The one file that is not the console's own: the package's, without an import in it. */
const libraryFile = new URL("../lit-html.js", import.meta.resolve("lit-html"));

type ServedFile = { readonly bytes: Buffer; readonly zipped: Buffer; readonly type: string; readonly etag: string };

/** Adds the console's routes to a router. They are no part of the API, nor of the document about it. */
export function mountConsole(router: Router): void {
  /** No more of them than there are files. */
  const files = new Map<string, ServedFile>();
  const serve = async (ctx: Context, name: string): Promise<void> => {
    const file = files.get(name) ?? (await read(name));
    files.set(name, file);
    answerFile(ctx, file);
  };
  router.get("/", (ctx) => serve(ctx, "index.html"));
  router.get("/console/assets/:file", (ctx) => serve(ctx, ctx.params["file"] ?? ""));
  // Every place has an address of its own; which page is there, the browser's side knows.
  router.get("/console{/*place}", (ctx) => serve(ctx, "index.html"));
}

/** @throws EventoError PATH_UNKNOWN */
async function read(name: string): Promise<ServedFile> {
  const type = mediaTypes.get(/^[a-z-]+\.([a-z]+)$/.exec(name)?.[1] ?? "");
  if (type === undefined) throw unknownFile(name);
  const file = name === "lit-html.js" ? libraryFile : new URL(`served/${name}`, import.meta.url);
  let bytes: Buffer;
  try {
    bytes = await readFile(fileURLToPath(file));
  } catch (cause) {
    throw unknownFile(name, cause);
  }
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
