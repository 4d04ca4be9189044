// The words after the name of a bench.

import { realEngines } from '../../tests/js/legacy/engines.mjs';
import { browserNames } from './tools/places.mjs';
import { Trouble } from './tools/trouble.mjs';

const FLAGS = ['--quick', '--javascript'];
const PLACES = ['Node', ...browserNames, ...realEngines.map(({ name }) => name.split(' ')[0])].map((name) => name.toLowerCase());

/**
 * @param {string[]} words
 * @returns {{ quick: boolean, flags: string[], places: string[], situation: string, whole: boolean }} `whole` if nothing is left out
 */
export function readWords(words) {
  const flags = words.filter((word) => word.startsWith('-'));
  const unknown = flags.find((flag) => !FLAGS.includes(flag));
  if (unknown) {
    throw new Trouble(`${unknown} is no option of a bench. There are: ${FLAGS.join(', ')}.`);
  }
  const places = words.filter((word) => PLACES.includes(word));
  const situation = words.filter((word) => !places.includes(word) && !flags.includes(word)).join(' ');
  return { quick: flags.includes('--quick'), flags, places, situation, whole: places.length === 0 && situation === '' && !flags.includes('--javascript') };
}
