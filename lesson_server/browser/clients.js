// The two ways in which a browser reads a stream. Each panel shows the text of its function: it is the code that runs.

import { Decoder } from "./events.js";

export function listen(url, types, panel) {
  const source = new EventSource(url);
  source.onopen = () => panel.opened();
  for (const type of types) {
    source.addEventListener(type, event => {
      if (event instanceof MessageEvent) panel.event(event); // type, data, lastEventId
      else if (type === "error") panel.lost(source.readyState); // no data: the connection broke, or the stream ended
      if (event.type === "done" && panel.closesOnDone()) {
        source.close(); // or the browser asks again
        panel.closed("done");
      }
    });
  }
  return source;
}

export async function read(url, request, panel) {
  const response = await fetch(url, request);
  panel.opened(response); // a status, before any event
  if (response.body === null) return;
  const reader = response.body.getReader();
  const decoder = new Decoder();
  while (true) {
    await panel.pause(); // a slow client reads late
    const { done, value } = await reader.read();
    if (done) return;
    panel.piece(value); // some bytes: no event yet, or several
    for (const event of decoder.feed(value)) panel.event(event);
  }
}
