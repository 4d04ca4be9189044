/** Whether the page is hidden. */

/**
 * Says whether the page is hidden, now and whenever that changes; never so in workers and in Node, which have no page.
 *
 * @returns Ends it.
 */
export function watchHidden(tell: (hidden: boolean) => void): () => void {
  const { document } = globalThis as { document?: Document };
  const look = () => tell(document!.hidden);
  document?.addEventListener('visibilitychange', look);
  tell(!!document?.hidden);
  return () => document?.removeEventListener('visibilitychange', look);
}
