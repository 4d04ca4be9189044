// The options and functions of the script for old browsers, in real old engines and in emulated ones, over whichever transport each has. They tell what
// those of today's package tell, or `differences.mjs` says why not.
//
// Wants what `every_engine.mjs` wants.

import { scenarios } from '../class/option_scenarios.mjs';
import { ofOptions } from './differences.mjs';
import { testInEveryEngine } from './every_engine.mjs';

await testInEveryEngine({
  title: 'the options of the script for old browsers',
  scenarios: scenarios.filter(({ realms }) => !realms || realms.includes('window')),
  differences: ofOptions,
  right: ({ expected }) => expected,
});
