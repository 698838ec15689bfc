import { readdir } from "node:fs/promises";

import test from "ava";

import { at, RestUnderTest } from "../rest/rest-under-test.ts";

const served = new URL("../../host/console/served/", import.meta.url);

test("every address of the console is its page, under a policy that lets in nothing from elsewhere", async (t) => {
  const rest = await RestUnderTest.start(t, { boxes: null });
  for (const path of ["/", "/console", "/console/aggregates/box%3A1", "/console/traces/a%2Fb"]) {
    const response = await fetch(rest.url + path);
    t.is(response.status, 200, path);
    t.regex(response.headers.get("content-type") ?? "", /^text\/html/);
    t.regex(response.headers.get("content-security-policy") ?? "", /default-src 'none'.*trusted-types lit-html$/);
    t.false((response.headers.get("content-security-policy") ?? "").includes("unsafe"));
    t.regex(await response.text(), /^<!doctype html>/);
  }
});

test("only the console's own files are served", async (t) => {
  const rest = await RestUnderTest.start(t, { boxes: null });
  for (const name of [
    "nothing.js",
    "tsconfig.json",
    "..%2Fconsole.ts",
    "%2e%2e%2fREADME.md",
    "shapes.d.ts",
    "style.css.js",
  ]) {
    const response = await fetch(`${rest.url}/console/assets/${name}`);
    t.is(response.status, 404, name);
    t.regex(await response.text(), /PATH_UNKNOWN/);
  }
  t.is((await fetch(`${rest.url}/console/library/directives/repeat.js`)).status, 200);
  t.is((await fetch(`${rest.url}/console/library/package.json`)).status, 404);
  t.is((await fetch(`${rest.url}/console/assets/style.css`, { method: "POST" })).status, 405);
});

test("a browser that has a file is not sent it again", async (t) => {
  const rest = await RestUnderTest.start(t, { boxes: null });
  const url = `${rest.url}/console/assets/app.js`;
  const first = await fetch(url);
  t.is(first.headers.get("content-encoding"), "gzip");
  const etag = first.headers.get("etag") ?? "";
  const again = await fetch(url, { headers: { "if-none-match": etag, "cache-control": "max-age=0" } });
  t.is(again.status, 304);
  t.is(await again.text(), "");
});

test("the browser is told of every module at once", async (t) => {
  const rest = await RestUnderTest.start(t, { boxes: null });
  const page = await (await fetch(rest.url)).text();
  const modules = (await readdir(served)).filter((name) => name.endsWith(".js"));
  t.true(modules.length > 20);
  for (const name of modules) t.true(page.includes(`"/console/assets/${name}"`), name);
  for (const [, name = ""] of page.matchAll(/"(\/console\/[^"]+)"/g))
    t.is((await fetch(rest.url + name)).status, 200, name);
});

test("the console is no part of the API's document", async (t) => {
  const rest = await RestUnderTest.start(t, { boxes: null });
  const { body } = await rest.get("/openapi.json");
  for (const path of Object.keys(Object(at(body, "paths")))) t.false(path === "/" || path.startsWith("/console"), path);
});
