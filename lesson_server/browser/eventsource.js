// The panel of EventSource.

import { listen } from "./clients.js";
import { Panel } from "./panel.js";

const STATES = ["connecting (readyState 0)", "open (readyState 1)", "closed (readyState 2)"];
const WHY = {
  done: "The event done came, and the page closed the stream.",
  you: "You closed it. Nobody asks again.",
};

export class EventSourcePanel extends Panel {
  name = "EventSource";
  source = null;
  opens = 0;

  constructor(root) {
    super(root, ["requests", "events"], listen);
    this.part("reconnect").addEventListener("click", () => this.reconnect());
  }

  connect() {
    this.opens = 0;
    this.#showOpens();
    this.clear();
    this.#connect("");
  }

  /** Go on where the path was left, as far as that is possible by hand. */
  reconnect() {
    if (this.source === null) return this.connect();
    this.timeline.resume();
    this.#connect("This is a new EventSource. It sends no Last-Event-ID: it has seen nothing yet.");
  }

  #connect(meaning) {
    this.source?.close();
    const url = this.target();
    if (url === null) return this.timeline.stop();
    this.state("connecting", STATES[0], meaning);
    this.source = listen(url, this.types(), this);
  }

  /** The types to listen for: an EventSource hands over no others. */
  types() {
    const named = this.part("types").value.split(/[\s,]+/).filter(Boolean);
    return new Set([...named, "message", "error"]);
  }

  opened() {
    this.opens += 1;
    this.timeline.mark("requests");
    this.#showOpens();
    this.state("open", STATES[1]);
  }

  event(event) {
    super.event(event);
    if (event.type !== "error") return;
    this.note("This error is an event that the server sent: it has data, and the connection still stands.");
  }

  lost(readyState) {
    if (readyState === EventSource.CONNECTING) {
      this.note(
        "Connection error: an Event without data. The stream ended or broke; which of the two, a page cannot tell.",
      );
      const meaning = "The connection is gone. EventSource asks again by itself, until someone closes it.";
      this.state("connecting", STATES[0], meaning);
    } else {
      this.note("Connection error: an Event without data, and readyState 2. EventSource has given up.");
      this.timeline.stop();
      const meaning =
        "The answer was no event stream: another status than 200, or another content type. " +
        "EventSource does not say which; look with fetch.";
      this.state("closed", STATES[2], meaning);
    }
    this.onlost?.();
  }

  closesOnDone() {
    return this.part("close-on-done").checked;
  }

  close(who) {
    if (!this.open) return;
    this.source.close();
    this.closed(who);
  }

  closed(who) {
    this.timeline.stop();
    this.state("closed", STATES[2], WHY[who] ?? who);
  }

  get open() {
    return this.source !== null && this.source.readyState !== EventSource.CLOSED;
  }

  #showOpens() {
    this.part("opens").textContent = `Requests that were answered with a stream: ${this.opens}`;
  }
}
