// A server of a test's own, beside the test server: for files that pages load.

import { createServer } from 'node:http';

/**
 * Serves on a free port of this machine.
 *
 * @param {import('node:http').RequestListener} answer
 * @returns {Promise<{ address: string, close(): Promise<unknown> }>}
 */
export async function serve(answer) {
  const server = createServer(answer);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
