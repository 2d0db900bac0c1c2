// The page: fills its fields from the address, and closes what it opened when the server is gone.

import { Account } from "./account.js";
import { proxied } from "./address.js";
import { EventSourcePanel } from "./eventsource.js";
import { FetchPanel } from "./fetch.js";
import { Seven } from "./seven.js";

const asked = new URLSearchParams(location.search);
const find = name => document.getElementById(name);

const source = new EventSourcePanel(find("eventsource"));
const fetched = new FetchPanel(find("fetch"));
const seven = new Seven(find("seven"), () => source.types());
const all = [source, fetched];

source.prefill(asked.get("get") ?? "/stream");
if (asked.has("post")) fetched.prefill("POST", asked.get("post"), asked.get("body") ?? "");
else fetched.prefill("GET", asked.get("get") ?? "/stream");

seven.prefill(asked.get("seven") ?? "/count?to=1000&pace=1");

function closeAll(why) {
  for (const panel of all) panel.close(why);
  seven.close();
}

const account = new Account(find("account"), {
  held: () => all.filter(panel => panel.open).length + seven.held,
  gone(isGone) {
    find("gone").hidden = !isGone;
    // An EventSource would ask a server that is gone again and again, for ever.
    if (isGone) closeAll("The server is gone.");
  },
});
for (const one of [...all, seven]) one.onlost = () => account.ask();
for (const form of document.forms) form.addEventListener("submit", () => account.ask());

for (const element of document.querySelectorAll("[data-only]")) {
  element.hidden = element.dataset.only !== (proxied ? "proxied" : "direct");
}

// ---- in a notebook: its theme, and the page's height -------------------------------------------------------------

function wear(theme) {
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
}

wear(asked.get("theme"));
if (parent !== window) {
  document.documentElement.dataset.inside = "";
  addEventListener("message", message => {
    if (message.source === parent) wear(message.data?.theme);
  });
  const tell = () => parent.postMessage({ height: document.body.offsetHeight }, "*"); // 0 while it is out of sight
  tell();
  new ResizeObserver(tell).observe(document.body);
}
