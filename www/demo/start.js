// Starts the Rust program; a file of its own, so that the page needs no inline script.
import start from './tidings_demo.js';

start().catch((error) => {
  const problem = document.getElementById('problem');
  problem.textContent = `The demo could not start: ${error instanceof Error ? error.message : error}`;
  problem.hidden = false;
});
