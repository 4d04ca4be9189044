// What scenarios are handed; this text goes into each window and worker, lowered to ES5 also into old engines.
// eslint-disable-next-line no-unused-vars
function realmTools({ EventSource, tidings = self.tidings, here, there, key }) {
  // Node is nowhere.
  const page = typeof location === 'undefined' ? /(?!)/ : location.href.split('#')[0];
  const origins = (text) =>
    String(text).replace(page, 'PAGE').replace('//user:secret@', '//').replace(here, 'HERE').replace(there, 'THERE') + (/user:secret/.test(text) ? ' with a password' : '');

  function watch(source, types = []) {
    const log = [];
    const raw = [];
    let waiting = [];
    const note = (event) => {
      const line = [event.type, source.readyState];
      if ('data' in event) line.push(event.data, event.lastEventId, event.origin);
      log.push(line.join(' | '));
      raw.push(event.type);
      waiting = waiting.filter((look) => !look());
    };
    for (const type of ['open', 'message', 'error', ...types]) source.addEventListener(type, note);
    const until = (type, count = 1) =>
      new Promise((resolve) => {
        const look = () => {
          if (raw.filter((each) => each === type).length < count) return false;
          resolve();
          return true;
        };
        if (!look()) waiting.push(look);
      });
    return { source, log, until };
  }

  function outcome(run) {
    try {
      return run() ?? 'nothing';
    } catch (error) {
      return `${error.name}${error instanceof DOMException ? ' (DOMException)' : ''}`;
    }
  }

  async function seen(wanted, of = key) {
    const response = await fetch(`${there}/seen/${of}/wait?${wanted}`);
    const body = await response.json();
    if (response.status !== 200) throw new Error(`the server waited in vain for ${wanted}: ${JSON.stringify(body)}`);
    return body;
  }

  /** Has `/told` of the key send this, so many times in one piece, and then end so, if it is to end. */
  async function tell(body, { count = 1, end, of = key } = {}) {
    const response = await fetch(`${there}/tell/${of}?count=${count}&body=${encodeURIComponent(body)}${end ? `&end=${end}` : ''}`);
    if (response.status !== 204) throw new Error(`the server does not send that: ${response.status}`);
  }

  /**
   * Puts a clock in the place of the platform's that can leap, as clocks on the wall do while a machine sleeps and its timers stand still. Those of 10 s and more, for
   * which no test waits, are called at the end of a leap and at no other time. A leap says how many there are after it.
   */
  function leapingClock() {
    const { Date, clearTimeout, setTimeout } = globalThis;
    const wall = Date.now;
    let leapt = 0;
    let still = [];
    Date.now = () => wall.call(Date) + leapt;
    let count = 0;
    globalThis.setTimeout = (run, delay, ...given) => {
      if (!(delay >= 10_000)) return setTimeout.call(globalThis, run, delay, ...given);
      count += 1;
      still.push({ run, name: -count });
      return -count;
    };
    globalThis.clearTimeout = (name) => {
      if (name < 0) still = still.filter((timer) => timer.name !== name);
      else clearTimeout.call(globalThis, name);
    };
    return {
      leap(milliseconds) {
        leapt += milliseconds;
        const due = still;
        still = [];
        due.forEach(({ run }) => run());
        return still.length;
      },
      end() {
        Date.now = wall;
        globalThis.setTimeout = setTimeout;
        globalThis.clearTimeout = clearTimeout;
      },
    };
  }

  /** Collects errors that the platform reports; what it gives waits for so many, and ends that. */
  function caught() {
    const errors = [];
    let look = () => {};
    const listener = (event) => {
      // Old engines tell only the text, with the kind of the error before it.
      errors.push(`reported: ${event.error ? event.error.message : event.message.replace(/^.*Error: /, '')}`);
      event.preventDefault();
      look();
    };
    self.addEventListener('error', listener);
    return (count) =>
      new Promise((resolve) => {
        look = () => {
          if (errors.length >= count) {
            self.removeEventListener('error', listener);
            resolve(errors);
          }
        };
        look();
      });
  }

  /** The same for both classes, whatever the ports are. */
  function plain(value) {
    if (typeof value === 'string') return origins(value);
    if (Array.isArray(value)) return value.map(plain);
    return value === undefined ? 'undefined' : value;
  }

  return { EventSource, tidings, here, there, key, watch, outcome, seen, tell, leapingClock, caught, plain };
}
