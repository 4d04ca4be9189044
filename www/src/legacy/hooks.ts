/** What `hooks.ts` is to others: `tidings/dev` is not for old browsers, so nobody looks on and nobody has more to say. */

export function trace(_url: string, _isAction: boolean, _number: number, _attempt: number): void {}

export function words(_code: string): string {
  return '';
}
