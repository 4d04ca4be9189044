/** Waiting, and the hint that ends it. */

import { listen } from './listen.js';

/**
 * Calls `timeout` after so many milliseconds, and until then `online` whenever the browser says that it came online: a hint that it may be worth
 * trying now. `navigator.onLine` and `offline` are not asked: they are wrong on machines that reach their server well.
 *
 * @returns Ends both.
 */
export function wait(milliseconds: number, timeout: () => void, online: () => void): () => void {
  // Windows and all workers are event targets; Node's global object is not.
  const stopListening = listen(globalThis, 'online', online);
  const end = Date.now() + milliseconds;
  let left = milliseconds + PIECE;
  let timer: ReturnType<typeof setTimeout>;
  // In pieces, for engines' timers stand still while the machine sleeps: the first look after that tells. A clock that was put back does not count.
  const look = () => {
    left = Math.min(end - Date.now(), left - PIECE);
    if (left >= 0) {
      timer = setTimeout(look, Math.min(left, PIECE));
    } else {
      stop();
      timeout();
    }
  };
  const stop = () => {
    clearTimeout(timer);
    stopListening();
  };
  look();
  return stop;
}

/** The longest timer, in milliseconds. */
const PIECE = 30_000;
