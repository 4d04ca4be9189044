/**
 * Installs `EventSource` where the platform has none: `import 'tidings/polyfill'`, in Node too. As `dist/polyfill.js`, a classic script, it does so for
 * `<script>` and `importScripts`, and what is exported here is `globalThis.tidings`.
 *
 * @module tidings/polyfill
 */

import { install } from './index.js';

export * from './index.js';

install();
