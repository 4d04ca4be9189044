/** The core in JavaScript as a classic script, for `dist/polyfill.js` to find. */

import instantiate from 'tidings:js-core';

const realm = globalThis as { tidings?: { jsCore?: typeof instantiate } };
(realm.tidings ||= {}).jsCore = instantiate;
