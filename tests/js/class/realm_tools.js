// What scenarios are handed; this text goes into each window and worker.
// eslint-disable-next-line no-unused-vars
function realmTools({ EventSource, tidings = globalThis.tidings, here, there, key }) {
  const origins = (text) =>
    String(text).replace('//user:secret@', '//').replace(here, 'HERE').replace(there, 'THERE') + (String(text).includes('user:secret') ? ' with a password' : '');

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

  function caught() {
    const errors = [];
    const listener = (event) => {
      errors.push(`reported: ${event.error.message}`);
      event.preventDefault();
    };
    globalThis.addEventListener('error', listener);
    return () => {
      globalThis.removeEventListener('error', listener);
      return errors;
    };
  }

  /** The same for both classes, whatever the ports are. */
  function plain(value) {
    if (typeof value === 'string') return origins(value);
    if (Array.isArray(value)) return value.map(plain);
    return value === undefined ? 'undefined' : value;
  }

  return { EventSource, tidings, here, there, key, watch, outcome, seen, caught, plain };
}
