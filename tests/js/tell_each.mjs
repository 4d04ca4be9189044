// Runs scenarios where they are to be run: it is copied into the folders of runtimes and served to pages, with limits.mjs beside it.

import { LIMIT } from './limits.mjs';

/**
 * What each scenario tells, or how it failed, by name: one after another, each with its index. One that does not end is the last: what it holds, a connection or a
 * clock, may keep the others from their ends too.
 */
export async function tellEach(scenarios, tell) {
  const told = {};
  for (const [index, scenario] of scenarios.entries()) {
    const limit = AbortSignal.timeout(LIMIT);
    const late = new Promise((_, reject) => {
      limit.onabort = () => reject(limit.reason);
    });
    try {
      told[scenario.name] = await Promise.race([Promise.resolve().then(() => tell(scenario, index)), late]);
    } catch (error) {
      told[scenario.name] = `failed: ${error.stack}`;
      if (limit.aborted) break;
    }
  }
  return told;
}
