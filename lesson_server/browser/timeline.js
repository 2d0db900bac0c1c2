// Dots on an axis that begins when one connects. The picture is for the eye; the caption says the same in words.

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 20, MARGIN = 6; // pixels

export class Timeline {
  #began = null; // both in milliseconds, by the page's own clock
  #end = 0;
  #rows = new Map(); // name: { times, svg, line, dots }
  #axis;
  #caption;
  #timer;

  constructor(host, caption, names) {
    this.#caption = caption;
    for (const name of names) {
      const svg = document.createElementNS(SVG, "svg");
      const [line, dots] = ["line", "dots"].map(kind => {
        const path = document.createElementNS(SVG, "path");
        path.setAttribute("class", kind);
        svg.append(path);
        return path;
      });
      const label = document.createElement("span");
      label.textContent = name;
      host.append(label, svg);
      this.#rows.set(name, { times: [], svg, line, dots });
    }
    this.#axis = document.createElement("span");
    this.#axis.className = "axis";
    this.#axis.append(...["0 s", ""].map(text => Object.assign(document.createElement("span"), { textContent: text })));
    host.append(document.createElement("span"), this.#axis);
    new ResizeObserver(() => this.draw()).observe(host);
    this.draw();
  }

  /** Begin anew, at 0. */
  start() {
    this.#began = performance.now();
    for (const row of this.#rows.values()) row.times = [];
    this.resume();
  }

  /** Let the axis grow again. */
  resume() {
    this.#end = performance.now();
    clearInterval(this.#timer);
    // The axis grows while nothing comes: waiting can be seen.
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#timer = setInterval(() => { this.#end = performance.now(); this.draw(); }, still ? 1000 : 200);
    this.draw();
  }

  /** Nothing more comes. */
  stop() {
    clearInterval(this.#timer);
    if (this.#began !== null) this.#end = performance.now();
    this.draw();
  }

  /** Something came now; returns the seconds since the start. */
  mark(name) {
    const at = (performance.now() - this.#began) / 1000;
    this.#rows.get(name).times.push(at);
    return at;
  }

  draw() {
    const length = this.#began === null ? 0 : (this.#end - this.#began) / 1000;
    for (const { times, svg, line, dots } of this.#rows.values()) {
      const width = svg.clientWidth - 2 * MARGIN;
      if (width <= 0) continue; // not in sight
      const longest = Math.max(length, times.at(-1) ?? 0) || 1;
      const places = times.map(at => Math.round(MARGIN + (width * at) / longest));
      line.setAttribute("d", `M${MARGIN} ${HEIGHT / 2}h${width}`);
      // A line of no length with round ends is a dot.
      dots.setAttribute("d", [...new Set(places)].map(x => `M${x} ${HEIGHT / 2}h0`).join(""));
    }
    this.#axis.lastChild.textContent = this.#began === null ? "" : `${length.toFixed(1)} s`;
    this.#caption.textContent = this.#began === null ? "Nothing yet." : this.#words(length);
  }

  #words(length) {
    const rows = Array.from(this.#rows, ([name, { times }]) => {
      const count = `${times.length} ${times.length === 1 ? name.replace(/s$/, "") : name}`;
      if (times.length === 0) return `no ${name}`;
      if (times.length === 1) return `${count}, at ${seconds(times[0])}`;
      return `${count}, the first at ${seconds(times[0])}, the last at ${seconds(times.at(-1))}`;
    });
    const all = [...this.#rows.values()].flatMap(row => row.times.slice(-1));
    const wait = length - Math.max(0, ...all);
    const silence = wait >= 2 ? ` Nothing for ${Math.floor(wait)} s.` : "";
    return `In ${seconds(length)}: ${rows.join("; ")}.${silence}`;
  }
}

export const seconds = number => `${number.toFixed(2)} s`;
