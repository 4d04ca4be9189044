// Runs the scenarios in a page of any engine, one after the other, and reports each to the test that opened the page. Lowered to ES5, with
// the library of `library.js` for what that lacks; `scenarios`, `settings` and `realmTools` are put before it.

async function runSuite() {
  const { request } = suiteLibrary;
  const report = (message) => request('POST', settings.reports, JSON.stringify(message));
  const EventSource = settings.which === 'native' ? self.EventSource : self.tidings.EventSource;
  for (const { name, run } of scenarios) {
    const late = new Promise((resolve) => suiteLibrary.setTimeout.call(self, () => resolve({ late: true }), settings.limit));
    const tools = realmTools({ EventSource, here: settings.here, there: settings.there, key: `${settings.key}-${encodeURIComponent(name).replace(/[^\w-]+/g, '-')}` });
    let result;
    try {
      result = await Promise.race([Promise.resolve(run(tools)).then((value) => ({ value: tools.plain(value) })), late]);
    } catch (error) {
      result = { error: `${error && error.name}: ${error && error.message}\n${error && error.stack}` };
    }
    result.name = name;
    await report(result);
  }
  await report({
    done: true,
    native: settings.which === 'ours' && self.EventSource !== EventSource,
    emulated: self.emulated || null,
    transports: self.transports,
    found: self.found,
    userAgent: navigator.userAgent,
  });
}

runSuite().then(undefined, (error) => suiteLibrary.request('POST', settings.reports, JSON.stringify({ done: true, broken: String(error) })));
