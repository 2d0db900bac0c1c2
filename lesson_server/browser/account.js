// The server's account, asked for again and again. Not a stream: a browser has six connections, and this takes one
// for a moment only.

import { make, plural } from "./elements.js";

const EVERY = 500, SLOW = 2000, SELDOM = 5000; // milliseconds; seldom, once the server is gone
const TRIES = 3; // answers missed in a row before the server is taken for gone

export class Account {
  #body;
  #says;
  #page;
  #missed = 0;
  #asking = false;
  #again = false;
  #timer;
  #last = "";

  /** `page` tells how many streams it holds (`held`); it is told at each try that the server is gone, and once that it
   * is back (`gone`). */
  constructor(root, page) {
    this.#body = root.querySelector("tbody");
    this.#says = root.querySelector('[data-part="says"]');
    this.#page = page;
    document.addEventListener("visibilitychange", () => this.ask());
    this.ask();
  }

  /** Ask now; while something is being asked, once more after that. */
  async ask() {
    this.#again = this.#asking;
    if (this.#asking) return;
    this.#asking = true;
    clearTimeout(this.#timer);
    const slow = setTimeout(() => this.#say(this.#whySlow()), SLOW);
    try {
      const response = await fetch("account");
      if (!response.ok) throw new Error(`status ${response.status}`);
      this.#show(await response.json());
      if (this.#missed >= TRIES) this.#page.gone(false);
      this.#missed = 0;
    } catch {
      this.#missed += 1;
      if (this.#missed >= TRIES) {
        this.#page.gone(true);
        this.#say("No account: the server is gone.");
      }
    } finally {
      clearTimeout(slow);
      this.#asking = false;
    }
    // A page out of sight need not know, unless it wonders whether the server is gone.
    const gone = this.#missed >= TRIES;
    const wonders = this.#missed > 0 && !gone;
    if (this.#again || wonders || !document.hidden) this.#timer = setTimeout(() => this.ask(), gone ? SELDOM : EVERY);
  }

  #whySlow() {
    const held = this.#page.held();
    return held >= 6
      ? `The account has to wait: this page asked for ${plural(held, "stream")}, and the browser opens ` +
          "six connections to one server. Close one or two."
      : "The server does not answer at the moment. Its event loop may be blocked, or other pages hold " +
          "all six connections of this browser.";
  }

  #say(text) {
    if (this.#says.textContent !== text) this.#says.textContent = text;
  }

  #show(account) {
    const text = JSON.stringify(account);
    this.#say(
      account.total === 0
        ? "No stream so far."
        : `Open: ${account.open}. The app is at work with: ${account.at_work}. In all: ${account.total}.`,
    );
    if (text === this.#last) return;
    this.#last = text;
    this.#body.replaceChildren(...account.streams.toReversed().map(row));
  }
}

function row(stream) {
  const cells = [
    String(stream.number),
    make("code", "", `${stream.method} ${stream.path}`),
    String(stream.status),
    stream.truncated ? `at least ${stream.count}` : String(stream.count),
    stream.size.toLocaleString("en"),
    how(stream),
  ];
  const element = make("tr", "", ...cells.map(cell => make("td", "", cell)));
  element.dataset.kind = stream.ended === null ? "open" : stream.at_work ? "at-work" : "ended";
  return element;
}

function how({ ended, error, at_work }) {
  const words = [ended ?? "still open"];
  if (error) words.push(error);
  if (ended !== null && at_work) words.push("the app is still at work");
  return words.join("; ");
}
