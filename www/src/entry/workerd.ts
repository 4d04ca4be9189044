/** The main entry for workerd, where Cloudflare's Workers run: compiling from bytes is forbidden there, and the core is imported as a module. */

import module from 'tidings:core-file';

import { setCore } from '../core/find.js';

export * from './index.js';

setCore(module);
