// Starts the Rust program; a file of its own, so that the page needs no inline script.
import start from './leptos_chat.js';

start().catch((error) => {
  document.querySelector('main').textContent = `The example could not start: ${error instanceof Error ? error.message : error}`;
});
