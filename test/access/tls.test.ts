import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls, type SecureVersion } from "node:tls";

import test, { type ExecutionContext } from "ava";

import { runEvento } from "../cli/evento-run.ts";
import { HostHarness } from "../host-harness.ts";
import { makeCertificate } from "../services/certificate.ts";
import { until } from "../until.ts";

const hasOpenssl = (() => {
  try {
    execFileSync("openssl", ["version"]);
    return true;
  } catch {
    return false;
  }
})();
// Node makes no certificates: without openssl these say so, and do not pass unseen.
const withOpenssl = hasOpenssl ? test : test.skip;

type Pair = { readonly directory: string; readonly cert: string; readonly key: string };

async function certificateFor(t: ExecutionContext, name: string): Promise<Pair> {
  const directory = mkdtempSync(join(tmpdir(), "evento-tls-"));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const made = await makeCertificate(name);
  const [cert, key] = [join(directory, "cert.pem"), join(directory, "key.pem")];
  writeFileSync(cert, made.certificate);
  writeFileSync(key, made.key);
  return { directory, cert, key };
}

function environmentOf({ cert, key }: Pair): { readonly [name: string]: string } {
  return { EVENTO_TLS_CERT: cert, EVENTO_TLS_KEY: key };
}

/** The name in the certificate that a host shows. */
async function shownBy(url: string): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const socket = connectTls({ host: "127.0.0.1", port: Number(new URL(url).port), rejectUnauthorized: false });
  socket.once("secureConnect", () => resolve(socket.getPeerCertificate().subject.CN)).once("error", reject);
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}

withOpenssl("a host with a certificate speaks HTTPS, and the command line with it", async (t) => {
  const pair = await certificateFor(t, "one");
  const host = await HostHarness.start(t, { environment: environmentOf(pair) });
  t.regex(host.url, /^https:/);
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  request(`${host.url}/healthz`, { rejectUnauthorized: false }, ({ statusCode }) => resolve(statusCode))
    .once("error", reject)
    .end();
  t.is(await promise, 200);
  const trusted = await runEvento(["functions", "--host", host.url], {
    environment: { NODE_EXTRA_CA_CERTS: pair.cert },
  });
  t.is(trusted.code, 0, trusted.stderr);
  t.is((await runEvento(["functions", "--host", host.url])).code, 3);
});

for (const [version, isTaken] of [
  ["TLSv1.1", false],
  ["TLSv1.2", true],
  ["TLSv1.3", true],
] as const satisfies readonly (readonly [SecureVersion, boolean])[])
  withOpenssl(`${version} is ${isTaken ? "spoken" : "not spoken any more"}`, async (t) => {
    const host = await HostHarness.start(t, { environment: environmentOf(await certificateFor(t, "one")) });
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const socket = connectTls({
      port: Number(new URL(host.url).port),
      host: "127.0.0.1",
      minVersion: version,
      maxVersion: version,
      // Else this side refuses the old version by itself.
      ciphers: "DEFAULT@SECLEVEL=0",
      rejectUnauthorized: false,
    });
    socket.once("secureConnect", () => resolve(true)).once("error", () => resolve(false));
    t.is(await promise, isTaken);
    socket.destroy();
  });

withOpenssl("plain HTTP to a host that speaks HTTPS is ended, and the host goes on", async (t) => {
  const host = await HostHarness.start(t, { environment: environmentOf(await certificateFor(t, "one")) });
  const socket = connect(Number(new URL(host.url).port), "127.0.0.1");
  socket.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
  let text = "";
  socket.on("error", () => {}).setEncoding("latin1");
  try {
    for await (const chunk of socket) text += String(chunk);
  } catch {
    // Broken off is as well as ended.
  }
  t.notRegex(text, /HTTP\/1.1 200/);
  t.is(await shownBy(host.url), "one");
});

withOpenssl("a renewed certificate is shown without a restart, and one that does not fit its key never", async (t) => {
  const pair = await certificateFor(t, "one");
  const next = await certificateFor(t, "two");
  const host = await HostHarness.start(t, { environment: environmentOf(pair) });
  t.is(await shownBy(host.url), "one");
  copyFileSync(next.cert, pair.cert);
  await until(() => host.log.includes("tls.certificate.kept"));
  t.is(await shownBy(host.url), "one");
  copyFileSync(next.key, pair.key);
  await until(async () => (await shownBy(host.url)) === "two");
});

withOpenssl("a certificate that is none, or is named without its key, is refused at the start", async (t) => {
  const pair = await certificateFor(t, "one");
  await t.throwsAsync(HostHarness.start(t, { environment: { EVENTO_TLS_CERT: pair.cert } }), {
    message: /EVENTO_TLS_KEY/,
  });
  writeFileSync(pair.cert, "nothing");
  await t.throwsAsync(HostHarness.start(t, { environment: environmentOf(pair) }), { message: /CONFIG_INVALID/ });
});
