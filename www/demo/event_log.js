// The list of events: one row for each, with a mark for every lane that has it, and a row for what happens to a lane.

const MOST_ROWS = 60;

export class EventLog {
  #list;
  #letters;
  #rows = new Map();
  #paused = false;

  constructor(list, kinds) {
    this.#list = list;
    this.#letters = new Map(kinds.map(({ kind, letter }) => [kind, letter]));
    list.addEventListener('pause', ({ detail }) => (this.#paused = detail));
  }

  /** A lane has received these; each has its place among those of other lanes by its id. */
  add(kind, rows) {
    if (this.#paused) return;
    for (const row of rows) {
      const element = this.#rows.get(row.id) ?? this.#insert(row);
      if (!element || element.dataset.lanes.includes(kind)) continue;
      element.dataset.lanes += `${kind} `;
      const mark = span(`mark ${kind}`, this.#letters.get(kind));
      element.querySelector('.marks').append(mark);
    }
  }

  /** Something has happened to a lane. */
  note(kind, what, words) {
    if (this.#paused) return;
    const row = document.createElement('li');
    row.className = `notice ${what}`;
    row.dataset.kind = what;
    row.dataset.lane = kind;
    row.append(span('words', words), time());
    this.#list.prepend(row);
    this.#shorten();
  }

  #insert({ id, type, data }) {
    // Rows are few, and what is new mostly belongs on top.
    const later = [...this.#list.children].filter((row) => Number(row.dataset.id) > Number(id));
    if (later.length >= MOST_ROWS) return undefined;
    const row = document.createElement('li');
    row.className = 'event';
    Object.assign(row.dataset, { kind: 'event', id, type, lanes: '' });
    row.append(span('id', id), span('type', type), span('data', data), span('marks', ''), time());
    if (later.length > 0) later.at(-1).after(row);
    else this.#list.prepend(row);
    this.#rows.set(id, row);
    this.#shorten();
    return row;
  }

  #shorten() {
    while (this.#list.childElementCount > MOST_ROWS) {
      const oldest = this.#list.lastElementChild;
      this.#rows.delete(oldest.dataset.id);
      oldest.remove();
    }
  }
}

function span(name, text) {
  const element = document.createElement('span');
  element.className = name;
  element.textContent = text;
  return element;
}

function time() {
  const element = document.createElement('time');
  element.textContent = new Date().toTimeString().slice(0, 8);
  return element;
}
