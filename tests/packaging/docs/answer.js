import { EventSource, details, messages } from 'tidings';

const source = new EventSource('/news', {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ question: 'What is new?' }),
  // Before every attempt, so that a token is always fresh.
  prepare: async ({ headers }) => headers.set('Authorization', `Bearer ${await token()}`),
  idleTimeout: 60_000,
  reconnection: { max: 30_000, attempts: 10, statuses: [429, 503] },
});
source.addEventListener('open', (event) => console.log(details(event).status));
for await (const { data, lastEventId } of messages(source)) {
  console.log(data, lastEventId);
}
console.log('the end');

async function token() {
  return 'abc'; // perhaps of another request
}
