// The shell of workerd.

import * as main from 'tidings';
import * as parser from 'tidings/parser';

import { tellAll } from './shell.mjs';

export default {
  async fetch(request) {
    return Response.json(await tellAll({ main, parser }, await request.json()));
  },
};
