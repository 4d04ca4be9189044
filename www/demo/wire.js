// The wire: a connection of its own whose bytes are shown as they come, a box for each chunk, and what each run of them became, as the
// crate's parser says.

import start, { Wire } from './tidings_demo.js';

const MOST_CHUNKS = 40;
/** Of a chunk that is larger, only so much is shown. */
const MOST_BYTES = 700;
/** ms; as the lanes wait. */
const RECONNECT_AFTER = 1_000;

/** Follows a stream for as long as the page lives, and shows it in a list, newest first. */
export async function followWire(list, url) {
  await start();
  const wire = new Wire();
  let paused = false;
  list.addEventListener('pause', ({ detail }) => (paused = detail));
  const show = (item) => {
    if (paused) return;
    list.prepend(item);
    while (list.childElementCount > MOST_CHUNKS) list.lastElementChild.remove();
  };

  for (let connection = 1; ; connection += 1) {
    const from = wire.lastEventId;
    wire.restart();
    try {
      const response = await fetch(url, { headers: from ? { 'Last-Event-ID': from } : {}, cache: 'no-store' });
      const type = response.headers.get('content-type');
      show(border(`connection ${connection}${from ? `, after id ${from}` : ''}: ${response.status} ${type}`));
      if (response.ok && type?.startsWith('text/event-stream')) await read(response.body, wire, show);
      else await response.body.cancel();
      show(border(`connection ${connection} ended`));
    } catch {
      show(border(`connection ${connection} was cut`));
    }
    await new Promise((resolve) => setTimeout(resolve, RECONNECT_AFTER));
  }
}

async function read(body, wire, show) {
  // What a block is cut into may lie in several chunks: the tint goes on until something comes of it.
  let tint = 0;
  for (const reader = body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) return;
    const chunk = element('li', 'chunk');
    chunk.append(element('span', 'size', `${value.length.toLocaleString('en')} B`));
    const bytes = element('code', 'bytes');
    chunk.append(bytes);
    const became = wire.feed(value);
    let from = 0;
    for (let at = 0; at < became.length && from < MOST_BYTES; at += 2) {
      bytes.append(run(value.subarray(from, became[at]), tint), element('span', 'became', `→ ${became[at + 1]}`));
      from = became[at];
      tint = 1 - tint;
    }
    if (from < value.length && from < MOST_BYTES) bytes.append(run(value.subarray(from), tint));
    else if (from < value.length) bytes.append(element('span', 'rest', `… and ${((became.length / 2) | 0).toLocaleString('en')} things in all`));
    show(chunk);
  }
}

/** Bytes as text; those that end lines are seen as well. */
function run(bytes, tint) {
  const text = new TextDecoder().decode(bytes.subarray(0, MOST_BYTES));
  return element('span', `run tint-${tint}`, text.replaceAll('\r', '\\r').replaceAll('\n', '↵\n'));
}

function border(words) {
  return element('li', 'border', words);
}

function element(name, style, text = '') {
  const made = document.createElement(name);
  made.className = style;
  made.textContent = text;
  return made;
}
