// An answer that is streamed word by word, as language models give theirs: a question sent by POST, a token of its own for each attempt, a button that
// stops it, and errors that say what to do.

import { EventSource, messages } from 'tidings';

const form = document.querySelector('form');
const [ask] = form.querySelectorAll('button');
const stop = document.querySelector('#stop');
const answer = document.querySelector('#answer');
const status = document.querySelector('[role=status]');
const alert = document.querySelector('[role=alert]');

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const stopping = new AbortController();
  stop.onclick = () => stopping.abort();
  ask.disabled = true;
  stop.disabled = false;
  answer.textContent = alert.textContent = '';
  status.textContent = 'asking';
  try {
    for await (const { data } of streamAnswer(form.elements.question.value, stopping.signal)) {
      status.textContent = 'answering';
      answer.textContent += data.text;
    }
    status.textContent = stopping.signal.aborted ? 'stopped' : 'done';
  } catch (error) {
    status.textContent = '';
    alert.textContent = kind(error);
  }
  ask.disabled = false;
  stop.disabled = true;
});

/** The words of the answer; the loop ends with it, and throws if it does not come whole. */
function streamAnswer(question, signal) {
  // What stands behind the page's `#` goes to the server, which slows down by `#every=200`.
  const source = new EventSource(`/examples/answer?${location.hash.slice(1)}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ question }),
    signal,
    reconnection: { attempts: 2, max: 2000 },
    async prepare({ headers, signal }) {
      const response = await fetch('/examples/token', { method: 'POST', signal });
      if (!response.ok) throw new Error(`no token: status ${response.status}`);
      const { token } = await response.json();
      headers.set('Authorization', `Bearer ${token}`);
    },
  });
  // The server ends each answer with an event without data; one that ends without it was cut off.
  return messages(source, { json: true, until: '' });
}

/** What went wrong, for the person who asked. */
function kind({ reason, status, body, message }) {
  switch (reason) {
    case 'status':
      return status === 401 ? 'You are not signed in any more. Reload the page, and ask again.' : `The server does not answer this: ${body?.split('\n')[0] || status}`;
    case 'prepare':
      return 'The server lets nobody sign in at the moment. Try again later.';
    case 'network':
      return 'The connection was lost. Is there a network? Your question was not asked again by itself, for that might be answered twice.';
    case 'truncated':
      return 'The answer broke off before its end. Ask again for a whole one.';
    default:
      return `This did not work: ${message}`;
  }
}
