// What the options and functions of the package do in a runtime: the cases that windows and workers have, with the same tools. In the folder in which a
// shell runs they lie beside this.

import { scenarios } from './option_scenarios.mjs';
import { realmTools } from './realm_tools.mjs';

/** Those that are for every runtime. */
export const optionScenarios = scenarios.filter(({ realms }) => !realms || realms.includes('node'));

/** Gives what runs one of them. */
export const telling = (tidings, { here, there, key }) => async ({ run }, index) => {
  const tools = realmTools({ EventSource: tidings.EventSource, tidings, here, there, key: `${key}-option-${index}` });
  return tools.plain(await run(tools));
};
