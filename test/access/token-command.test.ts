import { readFileSync } from "node:fs";

import test from "ava";

import { jsonLines, runEvento } from "../cli/evento-run.ts";
import { HostHarness } from "../host-harness.ts";
import { at } from "../rest/rest-under-test.ts";
import { until } from "../until.ts";
import { TokensUnderTest } from "./tokens-under-test.ts";

test("a token made on the command line opens a running host, until it is revoked there", async (t) => {
  const { path } = new TokensUnderTest(t);
  const environment = { EVENTO_TOKENS: path };
  const host = await HostHarness.start(t, { environment });
  const made = await runEvento(["token", "create", "reader", "--scope", "read", "--expires", "30d"], { environment });
  t.is(made.code, 0, made.stderr);
  const token = made.stdout.trim();
  t.false(readFileSync(path, "utf8").includes(token));
  t.false(made.stderr.includes(token));
  const events = (): ReturnType<typeof runEvento> =>
    runEvento(["events", "--host", host.url], { environment: { EVENTO_TOKEN: token } });
  await until(async () => (await events()).code === 0);
  const unknown = await runEvento(["events", "--host", host.url]);
  t.is(unknown.code, 1);
  t.regex(unknown.stderr, /UNAUTHENTICATED/);
  const [listed] = jsonLines((await runEvento(["token", "list"], { environment })).stdout);
  t.like(listed, { name: "reader", scopes: ["read"] });
  t.is(at(listed, "hash"), undefined);
  t.is((await runEvento(["token", "revoke", "reader"], { environment })).code, 0);
  await until(async () => (await events()).code === 1);
});

for (const [told, args] of [
  ["a token without a scope", ["create", "a"]],
  ["a scope that is none", ["create", "a", "--scope", "commands"]],
  ["a name that is none", ["create", "a b", "--scope", "read"]],
  ["an end that has been", ["create", "a", "--scope", "read", "--expires", "2020-01-01"]],
] as const)
  test(`${told} is wrong usage`, async (t) => {
    const { path } = new TokensUnderTest(t);
    const before = readFileSync(path, "utf8");
    const { code, stdout, stderr } = await runEvento(["token", ...args, "--tokens", path]);
    t.is(code, 2, stderr);
    t.is(stdout, "");
    t.is(readFileSync(path, "utf8"), before);
  });

test("no file of tokens is wrong usage, and a name that is there or is not is refused", async (t) => {
  const { path } = new TokensUnderTest(t);
  t.is((await runEvento(["token", "list"])).code, 2);
  t.is((await runEvento(["token", "create", "a", "--scope", "read", "--tokens", path])).code, 0);
  t.regex((await runEvento(["token", "create", "a", "--scope", "deploy", "--tokens", path])).stderr, /TOKEN_EXISTS/);
  t.regex((await runEvento(["token", "revoke", "b", "--tokens", path])).stderr, /TOKEN_UNKNOWN/);
});

test("a host does not start where others reach it without tokens, nor with a file that is not there", async (t) => {
  const environment = { EVENTO_LISTEN: "0.0.0.0:0" };
  await t.throwsAsync(HostHarness.start(t, { environment }), { message: /EVENTO_TOKENS/ });
  await t.throwsAsync(HostHarness.start(t, { environment: { EVENTO_TOKENS: "/no/such/file" } }), {
    message: /evento token create/,
  });
});

test("a host without tokens says at its start that everybody may do everything", async (t) => {
  const host = await HostHarness.start(t);
  t.regex(host.log, /"access.open"/);
});
