// What the options and functions of the package do in a runtime: the cases that windows and workers have, with the same tools. In the folder in which a
// shell runs they lie beside this.

import { scenarios } from './option_scenarios.mjs';
import { realmTools } from './realm_tools.mjs';

/** Those that are for every runtime. */
export const optionScenarios = scenarios.filter(({ realms }) => !realms || realms.includes('node'));

/** Runs them; what each tells, or how it failed, by name. */
export async function tellAll(tidings, { here, there, key }) {
  const told = {};
  for (const [index, { name, run }] of optionScenarios.entries()) {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error('it did not end')), 120_000);
    });
    const tools = realmTools({ EventSource: tidings.EventSource, tidings, here, there, key: `${key}-option-${index}` });
    const tell = Promise.resolve().then(async () => tools.plain(await run(tools)));
    told[name] = await Promise.race([tell, late]).catch((error) => `failed: ${error.stack}`);
    clearTimeout(timer);
  }
  return told;
}
