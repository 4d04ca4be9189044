/** What `tidings/dev` sets: the words and the eyes that would weigh too much in an app. */

/**
 * Exported for `tidings/dev` alone.
 *
 * @internal
 */
export const hooks: {
  /** Words to say after a message, by the name of the option or reason that it is about. */
  explain?: (code: string) => string;
  /** Hears of each thing told to a source's core, and of each that the core asks for, by its number. */
  trace?: (url: string, isAction: boolean, number: number, attempt: number) => void;
} = {};

/** Lets somebody look, if somebody does. */
export function trace(url: string, isAction: boolean, number: number, attempt: number): void {
  hooks.trace?.(url, isAction, number, attempt);
}

/** The words, if there are any. */
export function words(code: string): string {
  return hooks.explain?.(code) || '';
}
