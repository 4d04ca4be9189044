// The shell of workerd.

import * as main from 'tidings';

import { tellAll } from './scenarios.mjs';

export default {
  fetch: async (request) => Response.json(await tellAll({ main }, await request.json())),
};
