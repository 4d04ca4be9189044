// The page: three lanes, each a worker; what they tell is shown, and the controls ask the server for trouble.

import { EventLog } from './event_log.js';
import { Plots } from './plots.js';
import { followWire } from './wire.js';

const KINDS = [
  { kind: 'native', letter: 'B', name: 'Browser’s EventSource' },
  { kind: 'rust', letter: 'R', name: 'Rust crate over fetch' },
  { kind: 'npm', letter: 'N', name: 'npm class' },
];

/** By this the server knows the page's stage and connections from those of others. */
const page = new URLSearchParams(location.search).get('page') ?? String(Math.random()).slice(2);
const query = `stage=${encodeURIComponent(page)}&key=${encodeURIComponent(page)}`;
const streamOf = (lane) => new URL(`/demo/stream?${query}&lane=${lane}`, location.href).href;

const byId = (id) => document.getElementById(id);
const log = new EventLog(byId('events'), KINDS);
const plots = new Plots(byId('plots'), KINDS);

class Lane {
  #worker = new Worker('./lane_worker.js', { type: 'module' });
  #section = byId('lane').content.cloneNode(true).firstElementChild;
  #counts = { reconnections: 0 };
  #interrupted = false;
  #seen = 0;
  state = 'closed';

  constructor({ kind, letter, name }) {
    this.kind = kind;
    this.name = name;
    const heading = this.#part('h2');
    heading.id = `lane-${kind}`;
    heading.append(mark(kind, letter), ` ${name}`);
    this.#section.dataset.lane = kind;
    this.#section.setAttribute('aria-labelledby', heading.id);
    this.#part('.toggle').onclick = () => (this.state === 'closed' ? this.open() : this.close());
    byId('lanes').append(this.#section);
    this.#worker.onmessage = ({ data }) => this.#told(data);
    this.#worker.onerror = () => problem(`The lane «${name}» could not start. This demo wants module workers.`);
    this.open();
  }

  open() {
    this.#interrupted = false;
    this.#seen = 0;
    this.#part('.since').textContent = '';
    this.#worker.postMessage({ kind: this.kind, url: streamOf(this.kind) });
  }

  close() {
    this.#worker.postMessage({ kind: this.kind, close: true });
  }

  #part(selector) {
    return this.#section.querySelector(selector);
  }

  #told({ problem: words, state, notes, sums, rows, busy }) {
    if (words) return problem(`The lane «${this.name}» could not start: ${words}`);
    for (const note of notes) this.#noted(note);
    this.#show(state);
    if (sums) {
      plots.add(this.kind, { events: Math.max(0, sums.events - this.#seen), busy });
      this.#seen = sums.events;
      for (const [name, value] of Object.entries({ ...sums, ...this.#counts })) {
        this.#part(`[data-count="${name}"]`).textContent = value === '' ? 'none' : value.toLocaleString('en');
      }
    }
    // Not all lanes begin with the same event, so that their counts differ by as many.
    if (rows.length && !this.#part('.since').textContent) {
      this.#part('.since').textContent = `from ID ${Math.min(...rows.map(({ id }) => id))}`;
    }
    log.add(this.kind, rows);
  }

  #noted({ what, words, state, at }) {
    plots.mark(this.kind, state, at);
    if (what === 'failed') {
      this.#part('.last-error').textContent = words;
      this.#interrupted ||= state === 'connecting';
      log.note(this.kind, state === 'closed' ? 'failed' : 'dropped', `${this.name}: ${words}`);
    } else if (what === 'opened' && this.#interrupted) {
      this.#interrupted = false;
      this.#counts.reconnections += 1;
      log.note(this.kind, 'resumed', `${this.name}: connected again`);
    } else if (what === 'closed') {
      log.note(this.kind, 'closed', `${this.name}: ${words}`);
    }
  }

  #show(state) {
    if (this.state === state && !this.#part('.toggle').disabled) return;
    this.state = state;
    const shown = this.#part('.state');
    shown.dataset.state = state;
    shown.textContent = state[0].toUpperCase() + state.slice(1);
    const toggle = this.#part('.toggle');
    toggle.disabled = false;
    toggle.textContent = state === 'closed' ? 'Open' : 'Close';
    toggle.setAttribute('aria-label', `${toggle.textContent} ${this.name}`);
    plots.mark(this.kind, state, Date.now());
    announce();
  }
}

const lanes = KINDS.map((kind) => new Lane(kind));
const { origin: controls } = await (await fetch('/demo/second')).json();
followWire(byId('wire'), streamOf('wire')).catch((error) => problem(`The wire view stopped: ${error.message}`));

// Controls go to the second port: a browser opens six connections to one, and four are taken.
for (const button of document.querySelectorAll('[data-control]')) {
  button.onclick = () => control(button.dataset.control);
}
byId('retry').onkeydown = ({ key }) => key === 'Enter' && control('retry');
byId('reopen').onclick = () => lanes.filter(({ state }) => state === 'closed').forEach((lane) => lane.open());
for (const button of document.querySelectorAll('[data-pauses]')) {
  button.onclick = () => {
    const paused = button.getAttribute('aria-pressed') !== 'true';
    button.setAttribute('aria-pressed', String(paused));
    byId(button.dataset.pauses).dispatchEvent(new CustomEvent('pause', { detail: paused }));
  };
}

async function control(what) {
  const whose = `stage=${encodeURIComponent(page)}&of=${encodeURIComponent(page)}`;
  const path = {
    drop: `/demo/drop?${whose}&for=0`,
    refuse: `/demo/drop?${whose}&for=5000`,
    retry: `/demo/control/retry?${whose}&ms=${Math.min(600_000, Math.max(0, byId('retry').valueAsNumber || 0))}`,
    say: `/demo/control/say?${whose}&event=news&data=${encodeURIComponent('Here is the news')}`,
  }[what] ?? `/demo/control/${what}?${whose}`;
  try {
    const response = await fetch(controls + path, { method: 'POST' });
    problem(response.ok ? '' : `The server would not do that: status ${response.status}`);
  } catch {
    problem('The server does not answer the controls.');
  }
}

function problem(words) {
  byId('problem').textContent = words;
  byId('problem').hidden = !words;
}

function mark(kind, letter) {
  const element = document.createElement('span');
  element.className = `mark ${kind}`;
  element.textContent = letter;
  element.setAttribute('aria-hidden', 'true');
  return element;
}

let announcing;

/** Says in one sentence what the lanes have come to, once they have settled: they mostly change together. */
function announce() {
  clearTimeout(announcing);
  announcing = setTimeout(() => {
    const states = new Set(lanes.map(({ state }) => state));
    byId('announcement').textContent =
      states.size === 1 ? `All three: ${lanes[0].state}` : lanes.map(({ name, state }) => `${name}: ${state}`).join(', ');
  }, 400);
}
