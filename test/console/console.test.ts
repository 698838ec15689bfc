// The console in a real browser, over real HTTP, with an engine over a journal in memory.
import { readFile } from "node:fs/promises";

import type { ExecutionContext } from "ava";

import type { PlainFunction } from "../../host/functions/memory-functions.ts";
import { TokensUnderTest } from "../access/tokens-under-test.ts";
import { boxes, boxSchemaJson } from "../engine/boxes.ts";
import { RestUnderTest } from "../rest/rest-under-test.ts";
import { serviceOrSkip, testsWith } from "../services/tests-with-service.ts";
import { BrowserUnderTest, type ConsolePage } from "./browser.ts";

const chromium = await serviceOrSkip("Chromium", () => BrowserUnderTest.start());
const test = testsWith(chromium);

const add = (n: number, entity = "box:1") => ({ entity, command_type: "Add", payload: { n } });
const misbehave = (how: string) => ({ entity: "box:bad", command_type: "Misbehave", payload: { how } });

/** A host with some history. */
async function startHost(t: ExecutionContext): Promise<RestUnderTest> {
  const rest = await RestUnderTest.start(t);
  for (const n of [1, 2, 3]) await rest.post("/commands", { ...add(n), id: `add-${n}` });
  await rest.post("/commands", { ...misbehave("fail"), id: "bad" });
  return rest;
}

function quiet(t: ExecutionContext, page: ConsolePage): void {
  t.deepEqual(page.complaints, []);
}

test("what happens is on the live page at once, and is told politely to who reads by ear", async (t, browser) => {
  const rest = await startHost(t);
  const page = await browser.open(t, rest.url);
  await page.says(/following/);
  await rest.post("/commands", add(77, "box:new"));
  await page.says(/box:new/, "tbody tr:first-child");
  t.regex(await page.text("tbody tr:first-child"), /Added[\s\S]*\{"n":77\}/);
  await page.says(/new events/, "[aria-live=polite]");
  quiet(t, page);
});

test("a payload that somebody has opened stays open with its event while others come", async (t, browser) => {
  const rest = await startHost(t);
  const page = await browser.open(t, rest.url);
  await page.says(/\{"n":3\}/, "tbody");
  await page.page.locator('::-p-text({"n":3})').click();
  await page.says(/n\s+3/, "details[open] .value");
  await rest.post("/commands", add(88));
  await page.says(/\{"n":88\}/, "tbody tr:first-child");
  t.regex(await page.text("tr:has(details[open])"), /\{"n":3\}\s+n\s+3/);
  quiet(t, page);
});

test("the live page keeps to its filter, and its address can be sent to somebody", async (t, browser) => {
  const rest = await startHost(t);
  const page = await browser.open(t, rest.url);
  await page.fill("Aggregate", "box:2");
  await page.press("Enter");
  await page.says(/No events yet/);
  t.is(new URL(page.page.url()).search, "?aggregate=box%3A2");
  await rest.post("/commands", add(1, "box:1"));
  await rest.post("/commands", add(2, "box:2"));
  await page.says(/box:2/, "tbody");
  t.false((await page.text("tbody")).includes("box:1"));
  const other = await browser.open(t, page.page.url());
  await other.says(/box:2/, "tbody");
  quiet(t, page);
});

test("a paused live page stands still, and shows what came when it goes on", async (t, browser) => {
  const rest = await startHost(t);
  const page = await browser.open(t, rest.url);
  await page.says(/add|box:1/, "tbody");
  await page.click("button", "Pause");
  await rest.post("/commands", add(5, "box:later"));
  await page.says(/1 waiting/);
  t.false((await page.text("tbody")).includes("box:later"));
  await page.page.locator("button[aria-pressed=true]").click();
  await page.says(/box:later/, "tbody");
  quiet(t, page);
});

test("the slider shows a state then, with what the event changed, and arrow keys move it", async (t, browser) => {
  const rest = await startHost(t);
  const page = await browser.open(t, `${rest.url}/console/aggregates/box%3A1`);
  await page.says(/count\s+was\s+3\s+is now\s+6/);
  t.regex(await page.text(), /after sequence\s+3\s+of\s+3[\s\S]*Added[\s\S]*n\s+3/);
  await page.press("/", "ArrowLeft");
  await page.says(/count\s+was\s+1\s+is now\s+3/);
  t.is(new URL(page.page.url()).search, "?at=2");
  await page.click("button", "First");
  await page.says(/count\s+1/);
  t.regex(await page.text(), /Event 1/);
  await page.click("button", "Now");
  await page.says(/is now\s+6/);
  quiet(t, page);
});

test("in a stream longer than a page the event beside a state is found", async (t, browser) => {
  const rest = await startHost(t);
  const some = Array.from({ length: 2_600 }, (_, index) =>
    add(10_000 + index, index % 2 === 0 ? "box:long" : "box:other"),
  );
  await rest.postLines("/commands", some);
  const page = await browser.open(t, `${rest.url}/console/aggregates/box%3Along?at=1111`);
  await page.says(/Event 1\u202f111[\s\S]*n\s+12220/);
  await page.page.goto(`${rest.url}/console/aggregates/box%3Along?at=1300`);
  await page.says(/Event 1\u202f300[\s\S]*n\s+12598/);
  quiet(t, page);
});

test("a parked command says why, and is done when it is tried again after the reason is gone", async (t, browser) => {
  let handle = boxes().handle;
  const mendable: PlainFunction = {
    ...boxes(),
    handle: (command, state) => handle?.(command, state) ?? new Uint8Array(),
  };
  const rest = await RestUnderTest.start(t, { boxes: mendable });
  for (const id of ["bad-1", "bad-2", "bad-3"]) await rest.post("/commands", { ...misbehave("fail"), id });
  const page = await browser.open(t, `${rest.url}/console/parked`);
  await page.says(/Misbehave[\s\S]*told to fail[\s\S]*parked/);
  handle = boxes({ mended: true }).handle;
  await page.page.locator("tbody tr:first-child button").click();
  await page.says(/done: Added/, "[role=status]");
  await page.click("button", "Retry all");
  await page.says(/No command is parked/);
  await page.says(/2 commands are tried again/, "[role=status]");
  t.regex(JSON.stringify((await rest.get("/aggregates/box:bad")).body), /"count":3/);
  quiet(t, page);
});

test("a trace goes on from node to node by click and by arrow, and says which command was parked", async (t, browser) => {
  const rest = await startHost(t);
  const page = await browser.open(t, `${rest.url}/console/traces/bad`);
  await page.says(/1 commands, 0 events, 0 pending, 1 parked/);
  t.regex(await page.text("svg a"), /parked: box:bad/);
  t.regex(await page.text("section"), /told to fail/);
  await page.page.goto(`${rest.url}/console/traces/add-1`);
  await page.says(/Added/, "svg");
  await page.evaluate(`document.querySelector("svg a").focus()`);
  await page.press("ArrowRight", "Enter");
  await page.says(/Added[\s\S]*after sequence 1/, "section");
  t.is(await page.focused(), "a Added box:1 at 1, event");
  t.regex(page.page.url(), /add-1!0$/);
  await page.page.goBack();
  await page.says(/Add\n/, "section");
  quiet(t, page);
});

test("markup in an id or a payload is text everywhere", async (t, browser) => {
  const rest = await startHost(t);
  const markup = "<img src=x onerror=alert(1)>";
  await rest.post("/commands", { ...misbehave(markup), id: "markup" });
  const page = await browser.open(t, `${rest.url}/console/traces/markup`);
  await page.says(/how\s+<img src=x onerror=alert\(1\)>/);
  await page.page.goto(`${rest.url}/console/aggregates/${encodeURIComponent(markup)}`);
  await page.says(/<img src=x onerror=alert\(1\)>/, "h1");
  t.is(await page.page.$$eval("img", (images) => images.length), 0);
});

test("no script from elsewhere, and none within a page, is run", async (t, browser) => {
  const rest = await startHost(t);
  const page = await browser.open(t, rest.url);
  const found = await page.evaluate(`(async () => {
    const refused = [];
    const attempt = (name, work) => {
      try {
        work();
      } catch {
        refused.push(name);
      }
    };
    const button = document.createElement("button");
    document.body.append(button);
    attempt("attribute", () => button.setAttribute("onclick", "globalThis.wasRun = true"));
    attempt("markup", () => { button.innerHTML = "<b>bold</b>"; });
    const elsewhere = new Promise((resolve) =>
      document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => {
        if (effectiveDirective === "connect-src") resolve(blockedURI);
      }),
    );
    fetch("https://example.invalid/").catch(() => {});
    button.click();
    return refused.join() + " " + (await elsewhere) + " " + globalThis.wasRun;
  })()`);
  t.is(found, "attribute,markup https://example.invalid/ undefined");
});

test("a schema's versions are compared line by line", async (t, browser) => {
  const rest = await startHost(t);
  const note = { type: "record", name: "Note", namespace: "Box", evento: "event", fields: [] };
  await rest.deploy("boxes", boxes({ schema: [...boxSchemaJson, note] }));
  const page = await browser.open(t, `${rest.url}/console/schemas/Box?version=2&compare=1`);
  await page.says(/From version 1 to 2/);
  const added = await page.page.$$eval(".difference ins", (lines) => lines.map((line) => line.textContent));
  t.true(added.some((line) => line.includes('"name": "Note"')));
  t.is(await page.page.$$eval(".difference del", (lines) => lines.length), 0);
  await page.page.select("select[name=compare]", "");
  await page.says(/points_at\s+list of string/);
  quiet(t, page);
});

test("a command is posted with a payload made of its schema, and its events or what was wrong are shown", async (t, browser) => {
  const rest = await startHost(t);
  const page = await browser.open(t, `${rest.url}/console/post?entity=box:form`);
  await page.page.waitForSelector("option[value=Add]");
  t.is(await page.page.$eval("textarea", (field) => field.value), '{\n  "n": 0\n}');
  await page.page.locator("textarea").fill('{"n": 41}');
  await page.click("button", "Post");
  await page.says(/Outcome done[\s\S]*Added[\s\S]*\{"n":41\}/);
  quiet(t, page);
  await page.page.locator("textarea").fill('{"n": "many"}');
  await page.click("button", "Post");
  await page.says(/PAYLOAD_INVALID[\s\S]*\bn\b/, "[role=alert]");
  await page.page.locator("textarea").fill("{");
  await page.click("button", "Post");
  await page.says(/not JSON/, "[role=status]");
});

test("what a function logs is on its page, the newest first, as text", async (t, browser) => {
  const rest = await startHost(t);
  for (const message of ["first", "<b>second</b>"])
    rest.recentLines.put({ name: "boxes", digest: "d", level: "warn", message });
  const page = await browser.open(t, `${rest.url}/console/functions/boxes`);
  await page.says(/warn <b>second<\/b>[\s\S]*warn first/, "[aria-label=Log]");
  rest.recentLines.put({ name: "boxes", digest: "d", level: "info", message: "third" });
  await page.says(/info third[\s\S]*second/, "[aria-label=Log]");
  quiet(t, page);
});

test("a function is rolled back to an earlier version", async (t, browser) => {
  const rest = await startHost(t);
  await rest.deploy("boxes", boxes({ factor: 2 }));
  const page = await browser.open(t, `${rest.url}/console/functions/boxes`);
  await page.says(/2\s[\s\S]*active/);
  page.page.once("dialog", (dialog) => void dialog.accept());
  await page.click("button", "Roll back to version 1");
  await page.says(/version 1 is active/);
  t.regex(JSON.stringify((await rest.get("/functions/boxes")).body), /"version":1/);
  quiet(t, page);
});

test("everything is reached by keyboard alone", async (t, browser) => {
  const rest = await startHost(t);
  const page = await browser.open(t, rest.url);
  await page.says(/following/);
  await page.press("Tab");
  t.is(await page.focused(), "A Skip to the page");
  await page.press("Enter");
  t.regex(await page.focused(), /^MAIN /);
  await page.press("?");
  await page.says(/Search on this page/, "dialog[open]");
  await page.press("Escape", "g", "a", "/");
  t.is(await page.page.title(), "Aggregates · Evento");
  await page.page.keyboard.type("box:1");
  await page.press("Enter");
  await page.says(/is now\s+6/);
  t.is(await page.focused(), "H1 box:1");
  await page.page.goBack();
  await page.says(/Aggregates/, "h1");
});

test("a host with tokens shows nothing until one is given, and everything the token may see after that", async (t, browser) => {
  const tokens = new TokensUnderTest(t);
  const token = await tokens.create("reader", ["read:Box", "commands:Box"]);
  const rest = await RestUnderTest.start(t, { tokens: tokens.path });
  const headers = { authorization: `Bearer ${token}` };
  await rest.post("/commands", add(1), headers);
  const page = await browser.open(t, rest.url);
  await page.says(/This host asks for a token/);
  t.false((await page.text()).includes("box:1"));
  await page.click("button", "Give a token");
  await page.page.locator("dialog[open] input").fill(token);
  await page.press("Enter");
  await page.says(/box:1/, "tbody");
  await rest.post("/commands", add(2, "box:live"), headers);
  await page.says(/box:live/, "tbody");
  await page.click("link", "Parked");
  await page.says(/FORBIDDEN/, "[role=alert]");
  t.is(await page.evaluate("localStorage.length"), "0");
});

/** Every place, with what it says when all of it is there. */
const places: readonly (readonly [place: string, says: RegExp])[] = [
  ["/", /following[\s\S]*box:1/],
  ["/console/live?after=0", /Follow live[\s\S]*box:1/],
  ["/console/aggregates", /box:1/],
  ["/console/aggregates/box%3A1", /is now\s+6[\s\S]*Payload/],
  ["/console/aggregates/box%3Anone", /AGGREGATE_UNKNOWN/],
  ["/console/traces/add-1", /Added[\s\S]*Payload/],
  ["/console/traces/bad", /parked: box:bad[\s\S]*told to fail/],
  ["/console/parked", /told to fail/],
  ["/console/functions", /boxes/],
  ["/console/functions/boxes", /Versions[\s\S]*active/],
  ["/console/schemas", /Box/],
  ["/console/schemas/Box", /points_at/],
  ["/console/operations", /room[\s\S]*Pending\s+0/],
  ["/console/post?entity=box:1", /Payload/],
  ["/console/nowhere", /no page at this address/],
];

for (const scheme of ["light", "dark"])
  test(`no page breaks a rule of axe, contrast among them, when it is ${scheme}`, async (t, browser) => {
    const rest = await startHost(t);
    const axe = await readFile(new URL(import.meta.resolve("axe-core/axe.min.js")), "utf8");
    const page = await browser.open(t, rest.url);
    await page.page.emulateMediaFeatures([
      { name: "prefers-color-scheme", value: scheme },
      // A colour on its way to another is no colour to be judged.
      { name: "prefers-reduced-motion", value: "reduce" },
    ]);
    for (const [place, says] of places) {
      await page.page.goto(rest.url + place);
      await page.says(says);
      await page.evaluate(axe);
      const faults = await page.evaluate(
        `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes[0].html).join())`,
      );
      t.is(faults, "", place);
    }
    t.is(await page.evaluate(ground), scheme === "dark" ? "rgb(18, 20, 23)" : "rgb(247, 248, 249)");
  });

const ground = "getComputedStyle(document.body).backgroundColor";

test("a chosen theme wins over the system's, and is kept", async (t, browser) => {
  const rest = await startHost(t);
  const page = await browser.open(t, rest.url);
  await page.page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "light" }]);
  await page.click("button", "Theme: system");
  await page.click("button", "Theme: light");
  await page.says(/Theme: dark/, "header");
  await page.page.reload();
  t.is(await page.evaluate(ground), "rgb(18, 20, 23)");
});

test("no page is wider than a telephone's screen", async (t, browser) => {
  const rest = await startHost(t);
  const page = await browser.open(t, rest.url);
  await page.page.setViewport({ width: 390, height: 844 });
  for (const [place, says] of places) {
    await page.page.goto(rest.url + place);
    await page.says(says);
    t.is(await page.evaluate("document.documentElement.scrollWidth"), "390", place);
  }
});

test("the whole console is less than 100 kB over the wire", async (t, browser) => {
  const rest = await startHost(t);
  const page = await browser.open(t, rest.url);
  await page.says(/following/);
  const size = await page.evaluate(`
    [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
      .filter(({ name }) => name === location.href || /console\\/(?:assets|library)\\//.test(name))
      .reduce((sum, { transferSize }) => sum + transferSize, 0)`);
  t.log(`${size} bytes`);
  t.true(Number(size) > 10_000 && Number(size) < 100_000, size);
});
