// The last minute in pictures: events per second and how busy each lane's thread is, as lines, and the ready states as strips. What the
// lines say now stands beside them in words.

const SVG = 'http://www.w3.org/2000/svg';
/** One sample a second, for a minute; the newest is still being gathered. */
const SAMPLES = 60;
const WIDTH = 600;
const HEIGHT = 120;
const STRIP = 14;

const FIGURES = [
  { what: 'events', title: 'Events per second', words: (value) => Math.round(value).toLocaleString('en'), least: 10 },
  { what: 'busy', title: 'Busy share of the thread', words: (value) => `${(100 * value).toFixed(value < 0.1 ? 1 : 0)} %`, least: 0.1 },
];

export class Plots {
  #lanes = new Map();
  #figures = [];
  #strips = new Map();

  constructor(place, kinds) {
    for (const { kind } of kinds) this.#lanes.set(kind, { now: { events: 0, busy: [] }, events: [], busy: [], states: [] });
    for (const figure of FIGURES) this.#figures.push(this.#drawFigure(place, figure, kinds));
    this.#drawStates(place, kinds);
    setInterval(() => this.#sample(), 1_000);
  }

  /** What a lane did since the last time. */
  add(kind, { events, busy }) {
    const { now } = this.#lanes.get(kind);
    now.events += events;
    now.busy.push(busy);
  }

  /** A lane's ready state changes. */
  mark(kind, state, at) {
    const { states } = this.#lanes.get(kind);
    if (states.at(-1)?.state !== state) states.push({ state, at });
  }

  #sample() {
    for (const lane of this.#lanes.values()) {
      const { events, busy } = lane.now;
      lane.now = { events: 0, busy: [] };
      lane.events.push(events);
      lane.busy.push(busy.length ? busy.reduce((sum, share) => sum + share, 0) / busy.length : 0);
      if (lane.events.length > SAMPLES) {
        lane.events.shift();
        lane.busy.shift();
      }
    }
    for (const figure of this.#figures) figure.redraw();
    this.#redrawStates();
  }

  #drawFigure(place, { what, title, words, least }, kinds) {
    const figure = make('figure', 'plot', place);
    const caption = make('figcaption', '', figure);
    make('strong', '', caption).textContent = title;
    const scale = make('span', 'scale', caption);
    const svg = draw('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' }, figure);
    const legend = make('p', 'legend', figure);
    const lines = kinds.map(({ kind, letter, name }) => {
      const entry = make('span', '', legend);
      const mark = make('span', `mark ${kind}`, entry);
      mark.textContent = letter;
      mark.setAttribute('aria-hidden', 'true');
      make('span', 'unseen', entry).textContent = name;
      const value = make('span', 'value', entry);
      return { kind, value, line: draw('polyline', { class: `line ${kind}` }, svg) };
    });
    const redraw = () => {
      const most = Math.max(least, ...[...this.#lanes.values()].flatMap((lane) => lane[what]));
      scale.textContent = `up to ${words(most)}`;
      for (const { kind, value, line } of lines) {
        const samples = this.#lanes.get(kind)[what];
        value.textContent = words(samples.at(-1) ?? 0);
        const step = WIDTH / (SAMPLES - 1);
        const from = SAMPLES - samples.length;
        const y = (sample) => HEIGHT - 2 - (sample / most) * (HEIGHT - 4);
        line.setAttribute('points', samples.map((sample, at) => `${((from + at) * step).toFixed(1)},${y(sample).toFixed(1)}`).join(' '));
      }
    };
    return { redraw };
  }

  #drawStates(place, kinds) {
    const figure = make('figure', 'plot states', place);
    const caption = make('figcaption', '', figure);
    make('strong', '', caption).textContent = 'Ready state';
    make('span', 'scale', caption).textContent = 'full: open, dashed: connecting';
    for (const { kind, letter } of kinds) {
      const row = make('div', 'strip', figure);
      const mark = make('span', `mark ${kind}`, row);
      mark.textContent = letter;
      mark.setAttribute('aria-hidden', 'true');
      this.#strips.set(
        kind,
        draw('svg', { viewBox: `0 0 ${WIDTH} ${STRIP}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' }, row),
      );
    }
  }

  #redrawStates() {
    const now = Date.now();
    const begin = now - SAMPLES * 1_000;
    for (const [kind, svg] of this.#strips) {
      const { states } = this.#lanes.get(kind);
      while (states.length > 1 && states[1].at < begin) states.shift();
      svg.replaceChildren();
      states.forEach(({ state, at }, index) => {
        const from = (Math.max(at, begin) - begin) / 1_000 / SAMPLES;
        const to = ((states[index + 1]?.at ?? now) - begin) / 1_000 / SAMPLES;
        const thin = state === 'closed';
        draw('rect', {
          class: state,
          x: (from * WIDTH).toFixed(1),
          width: Math.max(1, (to - from) * WIDTH).toFixed(1),
          y: thin ? STRIP / 2 - 1 : 0,
          height: thin ? 2 : STRIP,
        }, svg);
      });
    }
  }
}

function make(name, style, parent) {
  const element = document.createElement(name);
  element.className = style;
  parent.append(element);
  return element;
}

function draw(name, attributes, parent) {
  const element = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  parent.append(element);
  return element;
}
