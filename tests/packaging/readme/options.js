import { EventSource } from 'tidings';

const source = new EventSource('/news', {
  // The standard's: whether cookies go to other origins. False unless set.
  withCredentials: true,
  // The most that one event may hold, in bytes; a bigger one fails the connection. 64 MiB unless set, null lifts it.
  maxEventSize: 1_000_000,
  // Whether a first request that fails is followed by one that tells a refusal by CORS from a server that is down. True unless set.
  probe: false,
  // What requests are sent with: here with a header more, and a look at each answer.
  fetch: async (url, init) => {
    const response = await fetch(url, { ...init, headers: { ...init.headers, Authorization: 'Bearer abc' } });
    console.log(response.status);
    return response;
  },
});
source.onmessage = (event) => console.log(event.data, event.lastEventId);
