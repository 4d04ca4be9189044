// From what each round found to figures: ratios within a round, and their medians and quartiles.

import { benches } from './benches.mjs';

/**
 * @typedef {{ of: string, to: string, ratio: [number, number, number], cpu?: number }} Ratio the median, and the quartiles; `cpu` is that of
 *   the processor's time
 * @typedef {{ place: string, situation: string, rates: Record<string, number>, ratios: Ratio[] }} Row
 */

/** What the docs hold of a bench's result, as `one.mjs` writes it. */
export function summarise(result) {
  const { pairs = [], bounds = [], control } = benches[result.bench];
  const { taken, machine, quick, rounds, versions, skipped, failed } = result;
  const rows = result.rows.map(({ place, situation, rates, cpu, sizes }) => {
    if (sizes) {
      return { situation, sizes };
    }
    const ratios = [...pairs, ...bounds, control].filter(([of, to]) => rates[of] && rates[to]).map(([of, to]) => ratio(rates, cpu, of, to));
    return { place, situation, rates: Object.fromEntries(Object.entries(rates).map(([name, all]) => [name, short(median(all))])), ratios };
  });
  return { taken, machine, quick, rounds, versions, rows, skipped, failed };
}

function ratio(rates, cpu, of, to) {
  const within = (seen) => seen[of].map((rate, round) => rate / seen[to][round]);
  const ratios = within(rates);
  const spread = [median(ratios), quantile(ratios, 0.25, Math.floor), quantile(ratios, 0.75, Math.ceil)];
  return { of, to, ratio: spread.map(short), ...(cpu && { cpu: short(median(within(cpu))) }) };
}

export function median(numbers) {
  return quantile(numbers, 0.5, Math.round);
}

/** One of those that there are, by the way to choose between two. */
function quantile(numbers, share, choose) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[choose((sorted.length - 1) * share)];
}

/** Three digits: more of them would only be noise. */
function short(number) {
  return Number(number.toPrecision(3));
}
