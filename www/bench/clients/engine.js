// Whole clients: what runs in Node and in browsers. Each reads a stream to its last event, looks at the data of every event, and closes.

import { fetchEventSource } from '@microsoft/fetch-event-source';
import { EventSourcePolyfill } from 'event-source-polyfill';
import { EventSource as EventSourcePackage } from 'eventsource';

import { EventSource as Tidings } from '../../../dist/index.mjs';

const clients = {
  tidings: ofClass(Tidings),
  native: globalThis.EventSource && ofClass(globalThis.EventSource),
  eventsource: ofClass(EventSourcePackage),
  'event-source-polyfill': ofClass(EventSourcePolyfill),
  'fetch-event-source': (url, take) => {
    const stop = new AbortController();
    return new Promise((resolve, reject) => {
      fetchEventSource(url, {
        signal: stop.signal,
        openWhenHidden: true,
        onmessage({ event, data }) {
          if (event === '' && take(data)) {
            stop.abort();
            resolve();
          }
        },
        onclose: () => reject(new Error('the stream ended early')),
        onerror(error) {
          throw error;
        },
      }).catch(reject);
    });
  },
};

/** Those that there are here. */
export const names = Object.keys(clients).filter((name) => clients[name]);

function ofClass(Source) {
  return (url, take) =>
    new Promise((resolve, reject) => {
      const source = new Source(url);
      source.onmessage = ({ data }) => {
        if (take(data)) {
          source.close();
          resolve();
        }
      };
      source.onerror = () => {
        source.close();
        reject(new Error('the connection was lost'));
      };
    });
}

/** One run of one client: from before the request until the last event. */
export async function run(name, url, count) {
  let events = 0;
  let units = 0;
  let end;
  const begin = performance.now();
  await clients[name](url, (data) => {
    events++;
    units += data.length;
    if (events === count) {
      end = performance.now();
    }
    return events === count;
  });
  return { events, units, milliseconds: end - begin };
}
