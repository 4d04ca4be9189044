// Loads the clients and puts them where `www/bench/apps.mjs` finds them.
import load, * as clients from './tidings_bench_apps.js';

globalThis.clients = load().then(() => clients);
