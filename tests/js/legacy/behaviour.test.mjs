// The script for old browsers goes through what the class goes through, in real old engines and in emulated ones; what listeners see and what
// the server sees is what Chromium's own EventSource shows, or `differences.mjs` says why not.
//
// Wants what `every_engine.mjs` wants.

import { scenarios } from '../class/scenarios.mjs';
import { ofTheClass } from './differences.mjs';
import { testInEveryEngine } from './every_engine.mjs';

await testInEveryEngine({
  title: 'the script for old browsers',
  scenarios,
  differences: ofTheClass,
  hasOracle: true,
  right: ({ differs, expected }, native) => (differs?.Chromium ? expected : native),
});
