// Sees which core the class takes, from outside: what is asked of `WebAssembly`, and what is printed. The first script of a page or worker whose
// way of finding the core is tested (see `core_ways.mjs`); the server that has the files sees what else is loaded.
globalThis.coreSpy = (() => {
  const seen = { compiled: [], refused: [], instances: 0, calls: 0, said: [] };
  const wasm = globalThis.WebAssembly;
  /** What was compiled from what, and instantiated; for ways that hand a module in. */
  const sources = [];
  const instantiated = [];
  let largest = Infinity;

  function note(way, source) {
    seen.compiled.push(way);
    sources.push(source);
  }

  // As proxies, so that `instanceof` still knows modules.
  wasm.Module = new Proxy(wasm.Module, {
    construct(Module, [source]) {
      try {
        if (source.byteLength > largest) throw new RangeError('too large for this thread');
        const module = new Module(source);
        note('at once', source);
        return module;
      } catch (error) {
        seen.refused.push(`at once: ${error.name}`);
        throw error;
      }
    },
  });
  wasm.Instance = new Proxy(wasm.Instance, {
    construct(Instance, [module, imports]) {
      let exports;
      try {
        exports = new Instance(module, imports).exports;
      } catch (error) {
        seen.refused.push(`an instance: ${error.name}`);
        throw error;
      }
      seen.instances += 1;
      instantiated.push(module);
      const counted = (call) => (...values) => {
        seen.calls += 1;
        return call(...values);
      };
      return { exports: Object.fromEntries(Object.entries(exports).map(([name, value]) => [name, typeof value === 'function' ? counted(value) : value])) };
    },
  });
  const compile = wasm.compile;
  wasm.compile = (source) =>
    compile.call(wasm, source).then(
      (module) => {
        note('in the background', source);
        return module;
      },
      (error) => {
        seen.refused.push(`in the background: ${error.name}`);
        throw error;
      },
    );
  for (const name of ['instantiate', 'compileStreaming', 'instantiateStreaming']) {
    wasm[name] = () => {
      throw new Error(`nobody is to call WebAssembly.${name}`);
    };
  }

  const print = console.error;
  console.error = (...values) => {
    seen.said.push(values.join(' '));
    print.apply(console, values);
  };

  let resolve;
  globalThis.firstSource = new Promise((settle) => { resolve = settle; });
  const broken = ({ error, reason, message }) => resolve(`the script broke: ${error ?? reason ?? message}`);
  globalThis.addEventListener('error', broken);
  globalThis.addEventListener('unhandledrejection', broken);

  return {
    seen,
    sources,
    instantiated,
    /** From here on this engine compiles at once only what is small, as Chromium did in windows for years. */
    refuseLarge() {
      largest = 4096;
    },
    /** The page's own script is done: a first source, which has to find the core. */
    first(url) {
      const source = new globalThis.tidings.EventSource(url);
      const log = [source.readyState];
      source.onopen = () => log.push(`open | ${source.readyState}`);
      source.onmessage = (event) => {
        log.push(`message | ${source.readyState} | ${event.data}`);
        source.close();
        resolve(log);
      };
      source.onerror = () => {
        log.push(`error | ${source.readyState}`);
        resolve(log);
      };
    },
  };
})();
