/** Listening to what need not be there. */

/** Calls `listener` for each event of that type, if the target is one. What it returns ends that. */
export function listen(target: Partial<EventTarget> | undefined, type: string, listener: () => void): () => void {
  target?.addEventListener?.(type, listener);
  return () => target?.removeEventListener?.(type, listener);
}
