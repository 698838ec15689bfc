// A real Chromium for tests of the console, and what they look for in its pages.
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";

import type { ExecutionContext } from "ava";
import { launch, type Browser, type Page } from "puppeteer-core";

import { until } from "../until.ts";

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

export class BrowserUnderTest {
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** @throws when there is no Chromium, or it does not start */
  static async start(): Promise<BrowserUnderTest> {
    const executablePath = await executable();
    // Its sandbox needs rights that root in a container may not have; it only sees the pages of this repository.
    return new BrowserUnderTest(await launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] }));
  }

  /** A page of a browser that knows nothing yet; the test fails when anything went wrong on it that nobody expected. */
  async open(t: ExecutionContext, url: string): Promise<ConsolePage> {
    const context = await this.#browser.createBrowserContext();
    const page = await context.newPage();
    await page.setViewport({ width: 1280, height: 800 });
    const opened = new ConsolePage(page);
    t.teardown(() => context.close());
    await page.goto(url);
    return opened;
  }

  close(): Promise<void> {
    return this.#browser.close();
  }
}

export class ConsolePage {
  readonly page: Page;
  /** What the browser complained about: errors of scripts, what the content security policy kept away, calls that failed. */
  readonly complaints: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warn") this.complaints.push(message.text());
    });
  }

  /** What a person sees of an element; empty when there is none. */
  async text(selector = "main"): Promise<string> {
    return this.evaluate(
      `((element) => element?.innerText ?? element?.textContent ?? "")(document.querySelector(${JSON.stringify(selector)}))`,
    );
  }

  /** What a script gives on the page, as text. Scripts are text here: these files know no browser's types. */
  async evaluate(script: string): Promise<string> {
    return String(await this.page.evaluate(script));
  }

  /** Waits until an element says something. @throws with what it says when it does not in time */
  async says(expected: RegExp, selector = "main"): Promise<string> {
    let text = "";
    try {
      await until(async () => {
        text = await this.text(selector);
        return expected.test(text);
      });
    } catch {
      throw new Error(`found ${selector} saying ${JSON.stringify(text)}, expected ${expected}`);
    }
    return text;
  }

  /** Presses keys one after the other. */
  async press(...keys: readonly Parameters<Page["keyboard"]["press"]>[0][]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Clicks on what has a role and a name, as somebody would who reads by ear. */
  click(role: string, name: string): Promise<void> {
    return this.page.locator(`::-p-aria([role="${role}"][name="${name}"])`).click();
  }

  /** Fills a field in by its label. */
  async fill(label: string, value: string): Promise<void> {
    await this.page.locator(`::-p-aria([name="${label}"])`).fill(value);
  }

  /** What has the focus, as its tag and its text or label. */
  focused(): Promise<string> {
    return this.evaluate(
      `(({ tagName, ariaLabel, textContent }) => tagName + " " + (ariaLabel ?? textContent.trim()))(document.activeElement)`,
    );
  }
}

async function executable(): Promise<string> {
  const given = process.env["CHROMIUM_PATH"];
  if (given !== undefined) return given;
  for (const folder of (process.env["PATH"] ?? "").split(delimiter))
    for (const name of names) {
      const path = join(folder, name);
      try {
        await access(path, constants.X_OK);
        return path;
      } catch {
        // The next may be it.
      }
    }
  throw new Error(`found none of ${names.join(", ")} in PATH, and no CHROMIUM_PATH`);
}
