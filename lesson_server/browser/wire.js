// Bytes as they came, made visible: control characters get a mark, and a character that was cut shows its bytes.

const CONTROL = /(\r\n|[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff])/;
const NAMES = { "\r\n": "\\r\\n", "\r": "\\r", "\n": "\\n", "\t": "\\t", "\0": "\\0", "\ufeff": "BOM" };
const SHOWN = 600; // bytes of one piece

/** One piece as DOM nodes. */
export function visible(bytes) {
  const [start, end] = whole(bytes.subarray(0, SHOWN));
  const nodes = document.createDocumentFragment();
  nodes.append(...escapes(bytes.subarray(0, start)));
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(start, end));
  const parts = text.split(CONTROL);
  parts.forEach((part, index) => {
    if (index % 2 === 0) return nodes.append(part);
    nodes.append(mark(NAMES[part] ?? `\\x${hex(part.charCodeAt(0))}`));
    const last = index === parts.length - 2 && parts.at(-1) === "";
    if (/[\r\n]/.test(part) && !last) nodes.append(document.createElement("br"));
  });
  if (bytes.length > SHOWN) nodes.append(mark(`… and ${bytes.length - end} bytes more`));
  else nodes.append(...escapes(bytes.subarray(end)));
  return nodes;
}

/** From where to where whole UTF-8 characters stand: what a cut left over is at most 3 bytes on either side. */
function whole(bytes) {
  let start = 0;
  while (start < Math.min(3, bytes.length) && isContinuation(bytes[start])) start++;
  let lead = bytes.length - 1;
  while (lead > bytes.length - 4 && lead >= start && isContinuation(bytes[lead])) lead--;
  const cut = lead >= start && bytes[lead] >= 0xc0 && lead + lengthOf(bytes[lead]) > bytes.length;
  return [start, cut ? lead : bytes.length];
}

const isContinuation = byte => byte >= 0x80 && byte < 0xc0;
const lengthOf = lead => (lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2);
const hex = number => number.toString(16).padStart(2, "0");
const escapes = bytes => Array.from(bytes, byte => mark(`\\x${hex(byte)}`));

function mark(text) {
  const span = document.createElement("span");
  span.className = "mark";
  span.textContent = text;
  return span;
}
