// Goes before the class: notes what the class will find, and counts what it asks of the platform's transports, which are otherwise left as they are.
self.found = (function () {
  'use strict';
  function can(run) {
    try {
      return !!run();
    } catch (error) {
      return false;
    }
  }
  return {
    EventSource: !!self.EventSource,
    WebAssembly: 'WebAssembly' in self,
    Promise: 'Promise' in self,
    Symbol: 'Symbol' in self,
    TextDecoder: 'TextDecoder' in self,
    AbortController: 'AbortController' in self,
    fetch: 'fetch' in self,
    'Response.body': can(function () { return 'body' in self.Response.prototype; }),
    'XMLHttpRequest.responseURL': 'responseURL' in new XMLHttpRequest(),
    'MessageEvent.lastEventId': 'lastEventId' in self.MessageEvent.prototype,
    setImmediate: 'setImmediate' in self,
    'Math.imul': 'imul' in Math,
    'new URL': can(function () { return new URL('http://a/'); }),
    'new Event': can(function () { return new Event('a'); }),
    'new MessageEvent': can(function () { return new MessageEvent('a'); }),
    'new EventTarget': can(function () { return new EventTarget(); }),
    'new DOMException': can(function () { return new DOMException('a', 'SyntaxError'); }),
  };
})();
self.transports = { xhr: 0, fetch: 0 };
(function () {
  'use strict';
  var Xhr = self.XMLHttpRequest;
  self.XMLHttpRequest = function () {
    self.transports.xhr++;
    return new Xhr();
  };
  self.XMLHttpRequest.prototype = Xhr.prototype;
  var fetch = self.fetch;
  if (fetch) {
    self.fetch = function (url, init) {
      self.transports.fetch++;
      return fetch.call(self, url, init);
    };
  }
})();
