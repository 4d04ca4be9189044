/**
 * Turns: pieces of work between which all promise reactions are done, as between two tasks.
 *
 * The standard queues a task for each event, and after each listener that the platform calls it
 * ["performs a microtask checkpoint"](https://html.spec.whatwg.org/multipage/webappapis.html#clean-up-after-running-script) - unless a script
 * is still running further out, as it is when an event is dispatched by a script. An `async` listener would thus see event after event
 * before what it awaits is there, which the platform's own EventSource never does.
 *
 * A task for each event would cost several times what the event does. But the platform itself checks between two *listeners* of one event
 * that it dispatches. So one message is posted, and a port has many listeners, each of which takes one turn.
 */

/** How many turns a task has. More tasks give others their turn sooner; fewer cost less: a message costs browsers as much as ten turns. In the script for old browsers a turn has several events. */
const TURNS_PER_TASK = READS_TEXT ? 16 : 64;
/** The same for what is called immediately. */
const IMMEDIATES = 32;

const turns: (() => boolean | void)[] = [];
let post: (() => void) | undefined;

/** Calls `turn` until it returns true, each time in a turn of its own and never before this has returned. It must not throw. */
export function inTurns(turn: () => boolean | void): void {
  if (turns.push(turn) === 1) {
    (post ||= open())();
  }
}

/** Gives a turn to whom it is due; says whether anybody wants another. */
function take(): unknown {
  if (turns[0] && turns[0]()) {
    turns.shift();
  }
  return turns[0];
}

function open(): () => void {
  // Node, Deno and Bun dispatch by a script, without checks between listeners; but what they call immediately is checked one by one. Many wait
  // at any time: with one alone, the event loop would come round after each.
  if (typeof setImmediate === 'function') {
    let waiting = 0;
    const post = () => {
      // Those that wait also take what has come since.
      for (; waiting < IMMEDIATES; waiting++) {
        setImmediate(() => {
          waiting--;
          if (take()) {
            post();
          }
        });
      }
    };
    return post;
  }
  const { port1, port2 } = new MessageChannel();
  const post = () => port2.postMessage(0);
  for (let left = TURNS_PER_TASK; left--; ) {
    port1.addEventListener('message', (event) => {
      if (!take()) {
        event.stopImmediatePropagation();
      } else if (!left) {
        post();
      }
    });
  }
  port1.start();
  return post;
}

declare const READS_TEXT: boolean;
declare const setImmediate: ((callback: () => void) => void) | undefined;
