import test from "ava";

import { pathParameterCharsMax } from "../../host/limits.ts";
import { RouteTable } from "../../host/rest/route-table.ts";

function tableOf(...routes: readonly (readonly ["get" | "post" | "put" | "delete", string])[]): RouteTable {
  const table = new RouteTable();
  for (const [method, path] of routes) table.add(method, path, async () => {});
  return table;
}

test("a path is found by its method, with its parameters decoded and its pattern", (t) => {
  const table = tableOf(["get", "/boxes"], ["get", "/boxes/:id"], ["post", "/boxes/:id/retry"]);
  t.like(table.find("GET", "/boxes"), { path: "/boxes", parameters: {} });
  t.like(table.find("GET", "/boxes/box%3A1%2F2"), { path: "/boxes/:id", parameters: { id: "box:1/2" } });
  t.like(table.find("POST", "/boxes/a/retry"), { path: "/boxes/:id/retry", parameters: { id: "a" } });
  t.is(table.find("POST", "/boxes"), undefined);
});

test("GET answers HEAD, and a slash at the end makes no difference", (t) => {
  const table = tableOf(["get", "/boxes"]);
  t.is(table.find("HEAD", "/boxes")?.path, "/boxes");
  t.is(table.find("GET", "/boxes/")?.path, "/boxes");
  t.deepEqual(table.methodsOf("/boxes"), ["GET", "HEAD"]);
});

for (const [what, path] of [
  ["a path of other capitals", "/Boxes"],
  ["a parameter that is empty", "/boxes//retry"],
  ["an encoding that is broken", "/boxes/%ff"],
  ["a parameter that is longer than any id", `/boxes/${"a".repeat(pathParameterCharsMax + 1)}`],
  ["a part too many", "/boxes/a/retry/again"],
])
  test(`${what} is no path`, (t) => {
    const table = tableOf(["get", "/boxes"], ["get", "/boxes/:id"], ["get", "/boxes/:id/retry"]);
    t.is(table.find("GET", path ?? ""), undefined);
  });

for (const method of ["TRACE", "constructor", "", "get"])
  test(`the method ${JSON.stringify(method)} finds nothing`, (t) => {
    t.is(tableOf(["get", "/boxes"]).find(method, "/boxes"), undefined);
  });

test("the rest of a path is a parameter of its own", (t) => {
  const table = tableOf(["get", "/files/*"]);
  t.is(table.find("GET", "/files/a/b.js")?.parameters["*"], "a/b.js");
});
