// Seven streams at once: one more than a browser opens to a server over HTTP/1.1.

import { address } from "./address.js";
import { make, plural } from "./elements.js";

const COUNT = 7;

export class Seven {
  #list;
  #path;
  #summary;
  #types;
  #streams = [];

  /** `types` returns the types of events to count. */
  constructor(root, types) {
    this.#types = types;
    const part = name => root.querySelector(`[data-part="${name}"]`);
    this.#list = part("list");
    this.#path = part("path");
    this.#summary = part("summary");
    part("form").addEventListener("submit", event => {
      event.preventDefault();
      this.start();
    });
    part("close-all").addEventListener("click", () => this.close());
  }

  prefill(path) {
    this.#path.value = path;
  }

  start() {
    this.close();
    let url;
    try {
      url = address(this.#path.value);
    } catch (error) {
      this.#summary.textContent = error.message;
      return;
    }
    const row = (_, index) => new Row(url, index + 1, this.#types(), () => this.#show(), () => this.onlost?.());
    this.#streams = Array.from({ length: COUNT }, row);
    this.#list.replaceChildren(...this.#streams.map(stream => stream.element));
    this.#show();
  }

  close() {
    for (const stream of this.#streams) stream.close();
  }

  /** How many of them have not been closed: open, or waiting for a connection. */
  get held() {
    return this.#streams.filter(stream => stream.source.readyState !== EventSource.CLOSED).length;
  }

  #show() {
    const states = this.#streams.map(stream => stream.source.readyState);
    const [connecting, open, closed] = [0, 1, 2].map(state => states.filter(one => one === state).length);
    const text = `${open} open, ${connecting} connecting, ${closed} closed.`;
    if (this.#summary.textContent !== text) this.#summary.textContent = text;
  }
}

class Row {
  #words = make("span");
  #events = 0;
  #refused = false;
  #changed;

  constructor(url, number, types, changed, lost) {
    this.#changed = changed;
    const button = make("button", "", "Close");
    button.type = "button";
    button.setAttribute("aria-label", `Close stream ${number}`);
    button.addEventListener("click", () => this.close());
    this.element = make("li", "", make("b", "", String(number)), " ", this.#words, " ", button);
    this.source = new EventSource(url);
    this.source.addEventListener("open", () => this.#show());
    for (const type of types) {
      this.source.addEventListener(type, event => {
        if (event instanceof MessageEvent) this.#events += 1;
        else if (event.type === "error") {
          this.#refused = this.source.readyState === EventSource.CLOSED;
          lost();
        }
        this.#show();
      });
    }
    this.source.addEventListener("done", () => this.close());
    this.#show();
  }

  close() {
    this.source.close();
    this.#show();
  }

  #show() {
    const state = ["connecting", "open", "closed"][this.source.readyState];
    const refused = this.#refused ? ": no event stream came" : "";
    this.element.dataset.kind = state;
    this.#words.textContent = state + refused + (this.#events ? `, ${plural(this.#events, "event")}` : "");
    this.#changed();
  }
}
