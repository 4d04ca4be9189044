// Around the script for old browsers in Duktape, which has ES5 and typed arrays and nothing of a browser: timers that a test moves on, and an
// XMLHttpRequest and a `fetch` whose responses it writes. `cases` is put before it, and the script itself at its place.
/* global cases, print, tidings */
var location = { href: 'http://example.org/folder/page' };
var timers = [];
var counter = 0;
var clock = 0;
Date.now = function () { return clock; };
function setTimeout(callback, delay) {
  timers.push({ id: ++counter, callback: callback, delay: delay || 0 });
  return counter;
}
function clearTimeout(id) {
  timers = timers.filter(function (timer) { return timer.id !== id; });
}
var intervals = [];
function setInterval(callback, delay) {
  intervals.push({ id: ++counter, callback: callback, delay: delay });
  return counter;
}
function clearInterval(id) {
  intervals = intervals.filter(function (interval) { return interval.id !== id; });
}
var tasks = [];
function setImmediate(callback) {
  tasks.push(callback);
}
/** Does all that waits for nothing but its turn. */
function settle() {
  var due = timers.filter(function (timer) { return !timer.delay; });
  timers = timers.filter(function (timer) { return timer.delay; });
  due.forEach(function (timer) { timer.callback(); });
  while (tasks.length) {
    due.push(tasks[0]);
    tasks.shift()();
  }
  if (due.length) settle();
}

var requests = [];
function XMLHttpRequest() {
  this.readyState = 0;
  this.responseText = '';
  this.headers = {};
  requests.push(this);
}
XMLHttpRequest.prototype = {
  open: function (method, url) {
    this.url = url;
    this.readyState = 1;
  },
  setRequestHeader: function (name, value) { this.headers[name] = value; },
  getResponseHeader: function () { return 'text/event-stream'; },
  getAllResponseHeaders: function () { return "content-type: text/event-stream\r\n"; },
  overrideMimeType: function () {},
  send: function () {},
  abort: function () { this.aborted = true; }
};

/* THE SCRIPT */

var dispatched = [];
Object.getPrototypeOf(EventSource.prototype).dispatchEvent = function (event) {
  dispatched.push(event.data === undefined ? event.type : [event.type, event.data, event.lastEventId]);
};

/** Over XHR, which decodes by itself. */
function overXhr(text, size) {
  return {
    init: {},
    hears: true,
    request: function () {
      var xhr = requests[0];
      xhr.status = 200;
      xhr.readyState = 2;
      xhr.onreadystatechange();
      settle();
      for (var at = 0; at < text.length && !xhr.aborted; at += size) {
        xhr.readyState = 3;
        xhr.responseText = text.slice(0, at + size);
        xhr.onprogress();
        settle();
      }
      if (!xhr.aborted) {
        xhr.readyState = 4;
        xhr.onreadystatechange();
        xhr.onload();
        settle();
      }
    },
    lastEventId: function () { return requests[1] && (requests[1].headers['Last-Event-ID'] || ''); }
  };
}

/** Over a `fetch`, which gives bytes. */
function overFetch(bytes, size) {
  var asked = [];
  var at = 0;
  function resolved(value) {
    return {
      then: function (fulfilled) {
        var caught;
        setTimeout(function () {
          try {
            fulfilled(value);
          } catch (error) {
            caught(error);
          }
        }, 0);
        return { 'catch': function (rejected) { caught = rejected; } };
      }
    };
  }
  function read() {
    var part = bytes.slice(at, at + size);
    var chunk = new Uint8Array(part.length);
    for (var index = 0; index < part.length; index++) chunk[index] = part.charCodeAt(index);
    at += part.length;
    return resolved(part ? { value: chunk, done: false } : { done: true });
  }
  return {
    init: {
      fetch: function (url, init) {
        asked.push(init);
        return resolved({
          status: 200,
          url: url,
          headers: { get: function (name) { return name === 'Content-Type' ? 'text/event-stream' : null; } },
          body: { getReader: function () { return { read: read, cancel: function () { return resolved().then(); } }; } }
        });
      }
    },
    request: settle,
    lastEventId: function () { return asked[1] && (asked[1].headers['last-event-id'] || ''); }
  };
}

function read(over, limit) {
  dispatched = [];
  requests = [];
  timers = [];
  var init = over.init;
  if (limit !== undefined) init.maxEventSize = limit;
  var source = new EventSource('../stream', init);
  var comments = [];
  // Over the other transport none are listened to.
  if (over.hears) tidings.onComment(source, function (comment) { comments.push(comment); });
  if (source.url !== 'http://example.org/folder/../stream') throw new Error('another URL: ' + source.url);
  over.request();
  var reading = { events: dispatched.filter(function (event) { return event.length === 3; }) };
  reading.plain = dispatched.filter(function (event) { return typeof event === 'string'; });
  if (source.readyState === 0) {
    // Long waits are several.
    for (reading.delay = 0; over.lastEventId() === undefined; settle()) {
      var timer = timers.shift();
      clock += timer.delay;
      reading.delay += timer.delay;
      timer.callback();
    }
    reading.lastEventId = over.lastEventId();
  }
  if (over.hears) reading.comments = comments;
  source.close();
  return reading;
}

/** In ASCII: what Duktape writes of a character outside the BMP is no UTF-8. */
function tell(answer) {
  print(JSON.stringify(answer).replace(/[^\x20-\x7e]/g, function (unit) {
    return '\\u' + ('000' + unit.charCodeAt(0).toString(16)).slice(-4);
  }));
}

cases.forEach(function (one) {
  var text;
  try {
    text = decodeURIComponent(escape(one.body));
  } catch (error) {
    // Not UTF-8: nobody can know what an engine would make of it.
  }
  one.sizes.forEach(function (size) {
    tell({ name: one.name, way: 'fetch', size: size, reading: read(overFetch(one.body, size), one.limit) });
    if (text !== undefined) {
      tell({ name: one.name, way: 'XHR', size: size, reading: read(overXhr(text, size), one.limit) });
    }
  });
});
