// Loaded before a cell's own JavaScript: the address of the server, and an EventSource that keeps the program alive
// until it is closed, as it keeps going in a page. Node would end while one waits to ask again.
globalThis.url = process.env.LESSON_URL;

globalThis.EventSource = class EventSource extends globalThis.EventSource {
  constructor(address, options) {
    super(address, options);
    const awake = setInterval(() => this.readyState === EventSource.CLOSED && clearInterval(awake), 5);
  }
};
