// A TCP proxy that can be told to be slow, to cut or to swallow: Shopify's toxiproxy.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { goProgram } from "./service-cache.ts";
import { freePort, ServiceProcess } from "./service-process.ts";

export type Toxic = "latency" | "timeout" | "reset_peer" | "limit_data" | "bandwidth";

/** One proxied port. */
export class ProxiedPort {
  readonly port: number;
  readonly #url: string;

  constructor({ port, url }: { port: number; url: string }) {
    this.port = port;
    this.#url = url;
  }

  /** Refuses connections, and cuts those that are there. */
  async down(): Promise<void> {
    await post(this.#url, { enabled: false });
  }

  async up(): Promise<void> {
    await post(this.#url, { enabled: true });
  }

  async add(toxic: Toxic, attributes: Readonly<Record<string, number>>): Promise<void> {
    await post(`${this.#url}/toxics`, { name: toxic, type: toxic, attributes });
  }

  async remove(toxic: Toxic): Promise<void> {
    await request(`${this.#url}/toxics/${toxic}`, { method: "DELETE" });
  }
}

export type Toxiproxy = {
  /** Puts a proxy before a port; `listen` when its own port is known beforehand. */
  before(upstream: number, listen?: number): Promise<ProxiedPort>;
  close(): Promise<void>;
};

export async function startToxiproxy(): Promise<Toxiproxy> {
  const program = await goProgram("github.com/Shopify/toxiproxy/v2/cmd/server", "v2.5.0", "toxiproxy");
  const directory = await mkdtemp(join(tmpdir(), "evento-toxiproxy-"));
  const port = await freePort();
  const process = new ServiceProcess({
    command: program,
    args: ["-host", "127.0.0.1", "-port", String(port)],
    port,
    log: join(directory, "toxiproxy.log"),
    env: { LOG_LEVEL: "error" },
  });
  await process.start();
  const api = `http://127.0.0.1:${port}/proxies`;
  return {
    async before(upstream, listen) {
      const proxied = listen ?? (await freePort());
      const name = `port-${proxied}`;
      await post(api, { name, listen: `127.0.0.1:${proxied}`, upstream: `127.0.0.1:${upstream}`, enabled: true });
      return new ProxiedPort({ port: proxied, url: `${api}/${name}` });
    },
    async close() {
      await process.close();
      await rm(directory, { recursive: true });
    },
  };
}

async function post(url: string, body: unknown): Promise<void> {
  await request(url, { method: "POST", body: JSON.stringify(body) });
}

async function request(url: string, init: RequestInit): Promise<void> {
  // It refuses browsers, and takes a client without a name for one.
  const headers = { "content-type": "application/json", "user-agent": "evento" };
  const answer = await fetch(url, { ...init, headers, signal: AbortSignal.timeout(5_000) });
  if (!answer.ok) throw new Error(`toxiproxy answered ${answer.status}: ${await answer.text()}`);
}
