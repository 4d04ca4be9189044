/** Waiting, and the hint that ends it. */

/**
 * Calls `timeout` after so many milliseconds, and until then `online` whenever the browser says that it came online: a hint that it may be worth
 * trying now. `navigator.onLine` and `offline` are not asked: they are wrong on machines that reach their server well.
 *
 * @returns Ends both.
 */
export function wait(milliseconds: number, timeout: () => void, online: () => void): () => void {
  // Windows and all workers are event targets; Node's global object is not.
  const global: Partial<EventTarget> = globalThis;
  const timer = setTimeout(() => {
    stop();
    timeout();
  }, milliseconds);
  const stop = () => {
    clearTimeout(timer);
    global.removeEventListener?.('online', online);
  };
  global.addEventListener?.('online', online);
  return stop;
}

/** Milliseconds since the page or worker began. */
export function now(): number {
  return performance.now();
}
