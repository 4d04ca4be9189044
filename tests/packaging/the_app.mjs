// What every project does: it reads four events over two connections, and says what happens. `projects/app/app.js` is written for bundlers and
// modules; the others say the same in their own way.

import assert from 'node:assert/strict';
import process from 'node:process';

const server = process.env.TIDINGS_SERVER;
assert.ok(server, 'TIDINGS_SERVER has to be the address of the test server');

/** Where the server counts on from the last event ID, two events each time. */
export const EVENTS = `${server}/resume?count=2&retry=100`;

/** What is printed. */
export const lines = [
  'open',
  'event 1, id 1',
  'event 2, id 2',
  'lost, comes back',
  'open',
  'event 3, id 3',
  'event 4, id 4',
  'closed',
];
