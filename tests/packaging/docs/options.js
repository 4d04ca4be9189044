import { EventSource } from 'tidings';

const source = new EventSource('/news', {
  // The standard's: whether cookies go to other origins. False unless set.
  withCredentials: true,
  headers: { Authorization: 'Bearer abc' },
  // Waits grow from 1 to 30 seconds, and after 10 attempts in a row that fail it gives up.
  reconnection: { max: 30_000, attempts: 10 },
  // So long without a byte, in milliseconds, and it connects anew.
  idleTimeout: 60_000,
  // The most that one event may hold, in bytes, and what a bigger one does.
  maxEventSize: 1_000_000,
  whenTooBig: 'skip',
  // What requests are sent with: here with a look at each answer.
  fetch: async (url, init) => {
    const response = await fetch(url, init);
    console.log(response.status);
    return response;
  },
});
source.onmessage = (event) => console.log(event.data, event.lastEventId);
