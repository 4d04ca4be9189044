// The shell of workerd.

import * as main from 'tidings';
import * as parser from 'tidings/parser';

import { tellAll as tellOfOptions } from './options.mjs';
import { tellAll as tellOfParser } from './parser_scenarios.mjs';
import { tellAll } from './scenarios.mjs';

export default {
  async fetch(request) {
    const given = await request.json();
    return Response.json({ main: await tellAll({ main }, given), options: await tellOfOptions(main, given), parser: await tellOfParser(parser, given) });
  },
};
