// Around the script for old browsers in Duktape, which has ES5 and typed arrays and nothing of a browser: timers that a test moves on, and an
// XMLHttpRequest whose response it writes. `cases` is put before it, and the script itself at its place.
/* global cases, print */
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
function settle() {
  while (tasks.length) tasks.shift()();
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

function read(body, size, limit, encode) {
  dispatched = [];
  requests = [];
  timers = [];
  var source = new EventSource('../stream', limit === undefined ? {} : { maxEventSize: limit });
  if (requests.length !== 1 || requests[0].url !== 'http://example.org/folder/../stream') throw new Error('not requested: ' + source.url);
  var xhr = requests[0];
  xhr.status = 200;
  xhr.readyState = 2;
  xhr.onreadystatechange();
  settle();
  var text = encode(body);
  for (var at = 0; at < text.length && !xhr.aborted; at += size) {
    xhr.readyState = 3;
    xhr.responseText = text.slice(0, at + size);
    xhr.onprogress();
    settle();
  }
  if (source.readyState !== 2) {
    xhr.readyState = 4;
    xhr.onreadystatechange();
    xhr.onload();
    settle();
  }
  var reading = { events: dispatched.filter(function (event) { return event.length === 3; }) };
  reading.plain = dispatched.filter(function (event) { return typeof event === 'string'; });
  if (source.readyState === 0) {
    // Long waits are several.
    for (reading.delay = 0; requests.length < 2; ) {
      var timer = timers.shift();
      clock += timer.delay;
      reading.delay += timer.delay;
      timer.callback();
    }
    reading.lastEventId = requests[1].headers['Last-Event-ID'] || '';
  }
  source.close();
  return reading;
}

/** What XHR makes of bytes above 0x7F in `x-user-defined`. */
function asUserDefined(bytes) {
  return bytes.replace(/[\x80-\xff]/g, function (byte) { return String.fromCharCode(0xf700 + byte.charCodeAt(0)); });
}

function asText(bytes) {
  return decodeURIComponent(escape(bytes)).replace(/^\ufeff/, '');
}

/** In ASCII: what Duktape writes of a character outside the BMP is no UTF-8. */
function tell(answer) {
  print(JSON.stringify(answer).replace(/[^\x20-\x7e]/g, function (unit) {
    return '\\u' + ('000' + unit.charCodeAt(0).toString(16)).slice(-4);
  }));
}

cases.forEach(function (one) {
  one.sizes.forEach(function (size) {
    tell({ name: one.name, way: 'bytes', size: size, reading: read(one.body, size, one.limit, asUserDefined) });
  });
  var text;
  try {
    text = asText(one.body);
  } catch (error) {
    // Not UTF-8: nobody can know what an engine would make of it.
  }
  // Where it all is ASCII there is but one way.
  if (text !== undefined && text !== one.body) {
    tell({ name: one.name, way: 'text', size: 5, reading: read(one.body, 5, one.limit, asText) });
  }
});
