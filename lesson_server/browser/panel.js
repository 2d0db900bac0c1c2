// What both panels have: a path, a fault to ask for, a state in words, a timeline, a list of events.

import { address } from "./address.js";
import { Announcer, Log, make, plural, shorten } from "./elements.js";
import { Timeline, seconds } from "./timeline.js";

const FAULTS = {
  torn: "An error that nobody handles: the connection breaks in the middle.",
  silence: "Nothing more comes, and nothing ends. Only the client can leave.",
  upstream: "The service behind the server fails. The server says so in an event named error, and ends.",
};

export class Panel {
  count = 0; // events

  /** `rows` are the names of what the timeline shows, `run` is the function whose text the panel shows. */
  constructor(root, rows, run) {
    this.root = root;
    this.path = this.part("path");
    this.events = new Log(this.part("events"));
    this.timeline = new Timeline(this.part("timeline"), this.part("caption"), rows);
    this.announcer = new Announcer(this.part("announce"));
    this.part("code").textContent = run.toString();
    this.part("form").addEventListener("submit", event => {
      event.preventDefault();
      this.connect();
    });
    this.part("close").addEventListener("click", () => this.close("you"));
    for (const name of ["fault", "after"]) this.part(name).addEventListener("input", () => this.#putFault());
    this.path.addEventListener("input", () => this.#showFault());
    this.part("words").textContent = "not connected yet";
  }

  part(name) {
    return this.root.querySelector(`[data-part="${name}"]`);
  }

  prefill(path) {
    this.path.value = path;
    this.#showFault();
  }

  /** Put the state into words: a kind for the colour, the words, and what they mean. */
  state(kind, words, meaning = "") {
    this.part("state").dataset.kind = kind;
    this.part("words").textContent = words;
    this.part("meaning").textContent = meaning;
    this.announce();
  }

  announce() {
    const said = [this.part("words"), this.part("meaning")].map(part => part.textContent).filter(Boolean);
    this.announcer.say(`${this.name}: ${said.join(". ")}. ${plural(this.count, "event")}.`.replaceAll("..", "."));
  }

  /** Empty what is shown, for a new start. */
  clear() {
    this.count = 0;
    this.events.clear();
    this.timeline.start();
  }

  /** The address of the path field; null, and the state says why, if it is none of this server's. */
  target() {
    try {
      return address(this.path.value);
    } catch (error) {
      this.state("closed", "not connected", error.message);
      return null;
    }
  }

  event({ type, data, lastEventId }) {
    this.count += 1;
    const at = this.timeline.mark("events");
    const id = lastEventId ? make("span", "meta", `id ${shorten(lastEventId)}`) : "";
    const kind = make("span", type === "error" ? "type bad" : "type", shorten(type));
    this.events.add(make("span", "meta", seconds(at)), kind, make("code", "", shorten(data)), id);
    this.announce();
  }

  note(text) {
    this.events.add(make("span", "note", text));
  }

  #putFault() {
    const [path, query] = cut(this.path.value);
    const asked = new URLSearchParams(query);
    const fault = this.part("fault").value;
    for (const name of ["fault", "after"]) asked.delete(name);
    if (fault) {
      asked.set("fault", fault);
      asked.set("after", this.part("after").value || "0");
    }
    this.path.value = path + (asked.size ? `?${asked}` : "");
    this.#showFault();
  }

  #showFault() {
    const asked = new URLSearchParams(cut(this.path.value)[1]);
    const fault = Object.hasOwn(FAULTS, asked.get("fault")) ? asked.get("fault") : "";
    this.part("fault").value = fault;
    if (asked.has("after")) this.part("after").value = asked.get("after");
    this.part("fault-meaning").textContent = fault && `${FAULTS[fault]} The lesson’s own routes can do this.`;
  }
}

/** A path without its query, and the query: it begins after the first question mark, and may hold more of them. */
function cut(path) {
  const [first] = path.split("?", 1);
  return [first, path.slice(first.length + 1)];
}
