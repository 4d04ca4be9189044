// What the shells of all runtimes run. In the folder in which they run, what is imported here lies beside this.

import { optionScenarios, telling as tellingOfOptions } from './options.mjs';
import { scenarios as parserScenarios, telling as tellingOfParser } from './parser_scenarios.mjs';
import { scenariosOf, telling } from './scenarios.mjs';
import { tellEach } from './tell_each.mjs';

/** What all scenarios of a runtime tell of the package, as it imports it. */
export async function tellAll({ main, parser }, given) {
  return {
    main: await tellEach(scenariosOf(given.runtime), telling({ main }, given)),
    options: await tellEach(optionScenarios, tellingOfOptions(main, given)),
    parser: await tellEach(parserScenarios, tellingOfParser(parser, given)),
  };
}
