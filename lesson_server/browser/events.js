// What an event stream means: bytes in, events out. The rules are those of the WHATWG HTML Standard, "Server-sent
// events", section "Interpreting an event stream"; the same as in lesson_server/events.py.

const LINE_END = /\r\n|\r|\n/;

export class Decoder {
  retry = null; // the reconnection time that the stream asked for, in milliseconds
  lastEventId = "";

  #utf8 = new TextDecoder(); // drops one leading byte order mark
  #afterCR = false;
  #line = ""; // a line that has not ended yet
  #type = "";
  #data = [];
  #id = "";

  /** The events that the next bytes complete, in order: [{ type, data, lastEventId }]. */
  feed(bytes) {
    let text = this.#utf8.decode(bytes, { stream: true }); // a character may be cut in two
    if (text === "") return [];
    // The CR ended its line when it came; an LF right behind it belongs to the same line end.
    if (this.#afterCR && text[0] === "\n") text = text.slice(1);
    this.#afterCR = text.endsWith("\r");
    const lines = (this.#line + text).split(LINE_END);
    this.#line = lines.pop();
    return lines.map(line => this.#take(line)).filter(event => event !== null);
  }

  #take(line) {
    if (line === "") return this.#dispatch();
    const [, name, value] = /^([^:]*)(?:: ?)?(.*)$/s.exec(line); // a comment has an empty name, which is no field
    if (name === "data") this.#data.push(value);
    else if (name === "event") this.#type = value;
    else if (name === "id" && !value.includes("\0")) this.#id = value;
    else if (name === "retry" && /^[0-9]+$/.test(value)) this.retry = Number(value);
    return null;
  }

  #dispatch() {
    const event = { type: this.#type || "message", data: this.#data.join("\n"), lastEventId: this.#id };
    const hasData = this.#data.length > 0;
    this.lastEventId = this.#id;
    this.#type = "";
    this.#data = [];
    return hasData ? event : null;
  }
}
