// The script for old browsers beside event-source-polyfill, in ES5 and with nothing that old engines lack: asks the bench for one run after the
// other, and tells it what it found.
/* global tidings, EventSourcePolyfill */
(function () {
  'use strict';
  var control = decodeURIComponent(location.search.slice(1));
  var clients = { tidings: tidings.EventSource, 'event-source-polyfill': EventSourcePolyfill };
  var asked = 0;

  /** Over XHR, which every engine has. */
  function ask(method, path, body, answered) {
    var xhr = new XMLHttpRequest();
    xhr.open(method, control + path);
    xhr.onload = function () {
      answered(xhr.responseText);
    };
    xhr.send(body);
  }

  function next() {
    ask('GET', '/next?' + asked++, null, function (text) {
      var wanted = JSON.parse(text);
      run(wanted.client, wanted.url, wanted.count, function (found) {
        ask('POST', '/found', JSON.stringify(found), next);
      });
    });
  }

  /** From before the request until the last event. */
  function run(client, url, count, done) {
    var events = 0;
    var units = 0;
    var begin = now();
    var source = new clients[client](url);
    source.onmessage = function (event) {
      events++;
      units += event.data.length;
      if (events === count) {
        end({ events: events, units: units, milliseconds: now() - begin });
      }
    };
    source.onerror = function () {
      end({ error: 'the connection was lost after ' + events + ' events' });
    };
    function end(found) {
      source.onmessage = source.onerror = null;
      source.close();
      done(found);
    }
  }

  function now() {
    return self.performance && performance.now ? performance.now() : Date.now();
  }

  next();
})();
