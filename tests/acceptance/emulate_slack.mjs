// Serves emulate's Slack with what its command line can't do. Usage: node emulate_slack.mjs '<JSON>', with
//   package  where emulate lies       port  to listen on, on 127.0.0.1
//   seed     emulate's own seed       events_url  where events are delivered, signed
// Says READY on a line of its own once it serves. Beyond the Web API there are:
//   GET  /__deliveries   the events that were delivered, and what became of each
//   GET  /__views        every form that the bot has opened
//   POST /__lose_answer  the next message that a bot posts will stand, but its chat.postMessage is never answered
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const config = JSON.parse(process.argv[2]);
const dist = join(config.package, "dist");
const load = (file) => import(pathToFileURL(join(dist, file)).href);

const isSlack = (file) => /^dist-.*\.js$/.test(file) && readFileSync(join(dist, file), "utf8").includes('"/api/chat.postMessage"');
const { slackPlugin, getSlackStore } = await load(readdirSync(dist).find(isSlack));
const { createEmulator } = await load("api.js");

let losing = false;
const register = slackPlugin.register;
slackPlugin.register = (app, store, webhooks, ...rest) => {
  register(app, store, webhooks, ...rest);
  webhooks.register({ owner: "slack", url: config.events_url, events: ["*"], active: true });
  app.get("/__deliveries", (c) => c.json(webhooks.getDeliveries()));
  app.get("/__views", (c) => c.json(getSlackStore(store).views.all()));
  app.post("/__lose_answer", (c) => c.json({ ok: (losing = true) }));
  const answer = app.fetch;
  app.fetch = async (request) => {
    const answered = await answer(await asForm(request));
    if (!losing || !isPost(request)) return answered;
    losing = false;
    return new Promise(() => {});
  };
};

function isPost(request) {
  return request.url.endsWith("/api/chat.postMessage") && request.headers.get("authorization")?.startsWith("Bearer xoxb-");
}

// Slack takes arguments by GET and in the query too, and its Python SDK sends them so; emulate takes a POST's body only.
async function asForm(request) {
  const { origin, pathname, searchParams } = new URL(request.url);
  if (!pathname.startsWith("/api/") || (request.method === "POST" && searchParams.size === 0)) return request;
  const form = new URLSearchParams([...searchParams, ...new URLSearchParams(await request.text())]);
  const headers = new Headers(request.headers);
  headers.set("content-type", "application/x-www-form-urlencoded");
  headers.delete("content-length");
  return new Request(origin + pathname, { method: "POST", headers, body: form.toString() });
}

const address = `http://127.0.0.1:${config.port}`;
await createEmulator({
  service: "slack",
  port: config.port,
  hostname: "127.0.0.1",
  baseUrl: address,
  seed: { slack: config.seed },
});
process.on("SIGTERM", () => process.exit(0)); // at once: an answer that was lost would be waited for
console.log("READY");
