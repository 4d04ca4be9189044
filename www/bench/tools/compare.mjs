// Clients in turns, in rounds, so that a machine that slows down now and then slows all of them.

import { setTimeout as sleep } from 'node:timers/promises';

/** How long it stays quiet after a run: what the run has left behind is swept up on its own account. */
const SETTLE_MS = 50;
/** Streams are of whole hundreds of events. */
const HUNDRED = 100;

/**
 * Runs all clients once a round, beginning with another one each time. How many events a client gets is chosen so that every run takes about as long.
 *
 * @param {{ rounds: number, runMs: number }} plan
 * @param {string[]} names of the clients; one that is run twice for control has two
 * @param {number} most events of a run
 * @param {(name: string, count: number) => Promise<{ rate: number, cpu?: number }>} run
 * @returns {Promise<{ rates: Record<string, number[]>, cpu?: Record<string, number[]> }>} the runs of each, one a round
 */
export async function compare({ rounds, runMs }, names, most, run) {
  const counts = {};
  for (const name of names) {
    counts[name] = await enough(runMs, most, (count) => run(name, count));
  }
  const seen = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let place = 0; place < names.length; place++) {
      const name = names[(round + place) % names.length];
      seen[name].push(await run(name, counts[name]));
      await sleep(SETTLE_MS);
    }
  }
  const of = (what) => Object.fromEntries(names.map((name) => [name, seen[name].map((one) => one[what])]));
  return { rates: of('rate'), ...(seen[names[0]][0].cpu !== undefined && { cpu: of('cpu') }) };
}

/** So many events that a run takes about as long: found by runs that grow until they are not all beginning. Each twice, for one may have met a hitch. */
async function enough(runMs, most, run) {
  const time = async (count) => (count * 1_000) / (await run(count)).rate;
  let count = HUNDRED;
  let took;
  do {
    count = hundreds(count * 4, most);
    took = Math.min(await time(count), await time(count));
  } while (took < runMs / 3 && count < most);
  return hundreds((count * runMs) / took, most);
}

function hundreds(count, most) {
  return Math.max(HUNDRED, Math.min(most, Math.round(count / HUNDRED) * HUNDRED));
}
