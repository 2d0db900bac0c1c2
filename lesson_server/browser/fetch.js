// The panel of fetch.

import { read } from "./clients.js";
import { Log, make, plural } from "./elements.js";
import { Panel } from "./panel.js";
import { seconds } from "./timeline.js";
import { visible } from "./wire.js";

const ENDS = {
  done: "The server sent its last byte, and done was the last event: the answer is whole.",
  error: "The server sent its last byte. The last event was error: the server says what went wrong.",
};
const NO_END =
  "The server sent its last byte, but no event done. Unless it ends in another way, this may be half an answer.";
const NO_STREAM = "This was no event stream. Below is what came instead.";

export class FetchPanel extends Panel {
  name = "fetch";
  controller = null; // of the request that is open
  reads = 0;
  status = 0; // none yet
  answer = ""; // status and content type
  streams = false; // whether that content type is the one of event streams
  lastType = "";

  constructor(root) {
    super(root, ["reads", "events"], read);
    this.wire = new Log(this.part("wire"), 100);
    this.part("method").addEventListener("input", () => this.#showBody());
  }

  prefill(method, path, body = "") {
    super.prefill(path);
    this.part("method").value = method;
    this.part("body").value = body;
    this.#showBody();
  }

  async connect() {
    this.controller?.abort();
    this.controller = null;
    this.clear();
    const url = this.target();
    if (url === null) return this.timeline.stop();
    const controller = (this.controller = new AbortController());
    this.state("connecting", "connecting");
    try {
      await read(url, { ...this.#request(), signal: controller.signal }, this);
      if (this.controller === controller) this.#ended();
    } catch (error) {
      if (this.controller === controller && !controller.signal.aborted) this.#broke(error);
    } finally {
      if (this.controller === controller) {
        this.controller = null;
        this.timeline.stop();
      }
    }
  }

  clear() {
    super.clear();
    this.wire.clear();
    this.reads = this.status = 0;
    this.lastType = "";
  }

  #request() {
    const headers = { accept: "text/event-stream" }; // exactly this, or Jupyter's proxy holds the answer back
    if (this.part("method").value === "GET") return { headers };
    headers["content-type"] = "application/json";
    return { method: "POST", headers, body: this.part("body").value };
  }

  opened(response) {
    this.status = response.status;
    const type = response.headers.get("content-type");
    this.answer = `${response.status} ${type ?? "without a content type"}`;
    this.streams = /^text\/event-stream\b/i.test(type ?? "");
    this.state("open", `open: ${this.answer}`, this.streams ? "" : NO_STREAM);
  }

  piece(bytes) {
    this.reads += 1;
    const at = this.timeline.mark("reads");
    this.wire.add(
      make("span", "meta", `read ${this.reads}, ${plural(bytes.length, "byte")}, at ${seconds(at)}`),
      make("code", "", visible(bytes)),
    );
  }

  event(event) {
    this.lastType = event.type;
    super.event(event);
  }

  /** Wait before the next read, as long as is asked for; closing or another number ends the wait. */
  async pause() {
    const slow = this.part("slow");
    const request = this.controller?.signal;
    if (!request || !(slow.value > 0)) return;
    const over = new AbortController(); // takes the listeners away
    await new Promise(resolve => {
      const timer = setTimeout(resolve, slow.value * 1000);
      over.signal.addEventListener("abort", () => clearTimeout(timer));
      request.addEventListener("abort", resolve, { signal: over.signal });
      slow.addEventListener("input", resolve, { signal: over.signal });
    });
    over.abort();
  }

  close(who) {
    if (this.controller === null) return;
    this.controller.abort();
    this.controller = null;
    this.timeline.stop();
    this.state("closed", "closed", who === "you" ? "You closed it (AbortController)." : who);
  }

  get open() {
    return this.controller !== null;
  }

  #ended() {
    const meaning = this.streams ? (ENDS[this.lastType] ?? NO_END) : NO_STREAM;
    this.state("closed", `ended: ${this.answer}`, meaning);
  }

  #broke(error) {
    const when = this.status
      ? `The connection broke after status ${this.status} had come: what is here may be half an answer.`
      : "No answer came. Is the server running?";
    this.state("closed", `broken: ${error.message}`, when);
    this.onlost?.();
  }

  #showBody() {
    this.part("body-field").hidden = this.part("method").value === "GET";
  }
}
