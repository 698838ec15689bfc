import test from "ava";
import { SignJWT, UnsecuredJWT } from "jose";

import { OidcIssuer } from "../../host/access/oidc-issuer.ts";
import { readConfig, issuerOf, addressOf } from "../../host/config.ts";
import { at, RestUnderTest } from "../rest/rest-under-test.ts";
import { audience, IssuerUnderTest } from "./issuer-under-test.ts";
import { bearer, TokensUnderTest } from "./tokens-under-test.ts";

const add = { entity: "box:1", command_type: "Add", payload: { n: 2 } };
const nowS = (): number => Math.floor(Date.now() / 1_000);

test("a token of the issuer opens what its scopes say, and nothing else", async (t) => {
  const issuer = await IssuerUnderTest.start(t);
  const rest = await RestUnderTest.start(t, { issuer: issuer.settings });
  const boxes = bearer(await issuer.sign({ scope: "openid evento:commands:Box profile evento:nonsense" }));
  t.is((await rest.post("/commands", add, boxes)).status, 200);
  t.is((await rest.post("/commands", { ...add, entity: "nobody:1" }, boxes)).status, 403);
  t.is((await rest.call("GET", "/events", { headers: boxes })).status, 403);
  t.is((await rest.call("GET", "/events", { headers: bearer(await issuer.sign()) })).status, 200);
  t.is((await rest.call("GET", "/events", { headers: bearer(await issuer.sign({ scope: "read" })) })).status, 403);
  t.deepEqual(issuer.asked, ["/.well-known/openid-configuration", "/keys"]);
});

for (const [what, claims] of [
  ["has expired", { exp: nowS() - 60 }],
  ["is not good yet", { nbf: nowS() + 300 }],
  ["is for another audience", { aud: "somebody else" }],
  ["is for no audience", { aud: undefined }],
  ["names another issuer", { iss: "https://evil.example" }],
  ["never expires", { exp: undefined }],
  ["is nobody's", { sub: undefined }],
] as const)
  test(`a token that ${what} is a 401`, async (t) => {
    const issuer = await IssuerUnderTest.start(t);
    const rest = await RestUnderTest.start(t, { issuer: issuer.settings });
    const { status, body } = await rest.call("GET", "/events", { headers: bearer(await issuer.sign(claims)) });
    t.is(status, 401);
    t.is(at(body, "code"), "UNAUTHENTICATED");
  });

test("a token that is not signed, or signed with what everybody knows, is a 401", async (t) => {
  const issuer = await IssuerUnderTest.start(t);
  const rest = await RestUnderTest.start(t, { issuer: issuer.settings });
  const claims = { iss: issuer.url, aud: audience, sub: "eve", exp: nowS() + 60, scope: "evento:read" };
  const publicKey = new TextEncoder().encode(JSON.stringify(issuer.publicKey));
  const bySecret = await new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid: "one" }).sign(publicKey);
  const [head = "", body = ""] = (await issuer.sign({ ...claims, sub: "ada" })).split(".");
  const [, changed = ""] = (await issuer.sign(claims)).split(".");
  const signed = (await issuer.sign()).split(".")[2] ?? "";
  for (const token of [
    new UnsecuredJWT(claims).encode(),
    bySecret,
    `${head}.${body}.`,
    `${head}.${changed}.${signed}`,
    "x.y.z",
    "x",
  ])
    t.is((await rest.call("GET", "/events", { headers: bearer(token) })).status, 401, token);
});

test("a key that the issuer does not have is a 401, and does not make the host ask for keys every time", async (t) => {
  const issuer = await IssuerUnderTest.start(t);
  const rest = await RestUnderTest.start(t, { issuer: issuer.settings });
  const unknown = bearer(await issuer.sign({}, { kid: "unknown" }));
  for (let count = 0; count < 20; count++) t.is((await rest.call("GET", "/events", { headers: unknown })).status, 401);
  t.true(issuer.asked.length <= 3, issuer.asked.join(" "));
});

test("an issuer that is away is a 503 that says when to come back, and works when it is there", async (t) => {
  const issuer = await IssuerUnderTest.start(t);
  const tokens = new TokensUnderTest(t);
  const own = bearer(await tokens.create("own", ["read"]));
  const rest = await RestUnderTest.start(t, { issuer: issuer.settings, tokens: tokens.path });
  const token = bearer(await issuer.sign());
  await issuer.stop();
  const { status, headers, body } = await rest.call("GET", "/events", { headers: token });
  t.is(status, 503);
  t.is(at(body, "code"), "ISSUER_UNAVAILABLE");
  t.regex(headers.get("retry-after") ?? "", /^\d+$/);
  t.is((await rest.call("GET", "/events", { headers: own })).status, 200);
});

test("keys that were seen open the host while the issuer is away", async (t) => {
  const issuer = await IssuerUnderTest.start(t);
  const rest = await RestUnderTest.start(t, { issuer: issuer.settings });
  t.is((await rest.call("GET", "/events", { headers: bearer(await issuer.sign()) })).status, 200);
  const token = bearer(await issuer.sign({ sub: "bob" }));
  await issuer.stop();
  t.is((await rest.call("GET", "/events", { headers: token })).status, 200);
});

test("an issuer without an audience, or whose answers anybody could change, is refused", (t) => {
  const environment = { EVENTO_OIDC_ISSUER: "https://issuer.example" };
  t.throws(() => issuerOf(readConfig({ environment })), { code: "CONFIG_INVALID" });
  t.throws(() => new OidcIssuer({ issuer: "http://issuer.example", audience }), { code: "CONFIG_INVALID" });
  t.throws(() => new OidcIssuer({ issuer: "issuer.example", audience }), { code: "CONFIG_INVALID" });
  const config = readConfig({
    environment: { ...environment, EVENTO_LISTEN: "0.0.0.0:80", EVENTO_OIDC_AUDIENCE: "a" },
  });
  t.is(addressOf(config).port, 80);
});
