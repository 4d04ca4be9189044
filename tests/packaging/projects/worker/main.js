const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
worker.onmessage = (event) => console.log(event.data);
worker.onerror = (event) => console.log(`the worker failed: ${event.message}`);
