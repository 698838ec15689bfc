// What a browser sees at `/`: where things are.
import type { Route } from "./route.ts";

export const startPageRoute: Route = {
  method: "get",
  path: "/",
  summary: "A page for people",
  access: "open",
  answers: { "200": { description: "HTML.", content: { "text/html": { type: "string" } } } },
  async handle(ctx) {
    ctx.status = 200;
    ctx.type = "text/html; charset=utf-8";
    ctx.set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
    ctx.body = startPage;
  },
};

const startPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Evento</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 42rem; margin: 3rem auto; padding: 0 1rem; }
  code { font-family: ui-monospace, monospace; }
</style>
<h1>Evento</h1>
<p>This host is up. It takes commands at <code>POST /commands</code> and tells what happened at <code>GET /events</code>.</p>
<ul>
  <li><a href="/openapi.json">The API</a></li>
  <li><a href="/functions">What is deployed</a></li>
  <li><a href="/schemas">The schemas</a></li>
  <li><a href="/events?limit=20">The first events</a></li>
  <li><a href="/commands?status=parked">Parked commands</a></li>
  <li><a href="/readyz">Is it ready?</a></li>
  <li><a href="/metrics">Metrics</a></li>
</ul>
</html>
`;
