// Small helpers of the page. Whatever comes from the wire becomes text, never markup.

/** An element with a class and children; strings become text. */
export function make(name, className = "", ...children) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

/** A list that keeps its newest rows, and follows them unless the reader has scrolled back. */
export class Log {
  #box;
  #list = make("ol");
  #left = make("li", "quiet");
  #most;
  #gone = 0;

  constructor(box, most = 200) {
    this.#box = box;
    this.#most = most;
    box.append(this.#list);
  }

  add(...children) {
    const follows = this.#box.scrollHeight - this.#box.scrollTop - this.#box.clientHeight < 40;
    this.#list.append(make("li", "", ...children.flatMap(child => [child, " "]))); // read aloud, words stay apart
    if (this.#list.childElementCount > this.#most) {
      (this.#gone ? this.#left.nextElementSibling : this.#list.firstElementChild).remove();
      this.#gone += 1;
      this.#left.textContent = `${this.#gone} older ones are not shown any more.`;
      this.#list.prepend(this.#left);
    }
    if (follows) this.#box.scrollTop = this.#box.scrollHeight;
  }

  clear() {
    this.#gone = 0;
    this.#list.replaceChildren();
  }
}

/** Says the latest text to a screen reader, and not more often than it can be heard. */
export class Announcer {
  #region;
  #timer = null;
  #next = "";

  constructor(region) {
    this.#region = region;
  }

  say(text) {
    this.#next = text;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#region.textContent = this.#next;
    }, 1500);
  }
}

export const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

const LONGEST = 300; // characters of one event's data

export function shorten(text) {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}… (${text.length} characters in all)`;
}
